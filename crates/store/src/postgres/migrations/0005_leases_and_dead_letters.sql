-- Several relays share the users by buckets; a bucket is leased to one relay at a time. And dead
-- letters that say where they came from and can be delivered again.

-- The same function of the user's id as `bucket_of` in `leases.rs`.
alter table events add column bucket smallint not null generated always as ((
    ascii(user_id)::bigint + 131 * ascii(substr(user_id, 2))::bigint
    + 17161 * ascii(substr(user_id, 3))::bigint + 61 * ascii(reverse(user_id))::bigint
    + 7919 * ascii(substr(reverse(user_id), 2))::bigint
    + 977 * ascii(substr(reverse(user_id), 3))::bigint + 31 * char_length(user_id)
  ) % 8191 % 32) stored;

-- `fence` grows with every change of hands, so that a relay that was asleep can write nothing.
create table relay_leases (
  bucket     smallint not null primary key,
  owner      text     collate "C" not null default '',
  fence      bigint   not null default 0,
  expires_at bigint   not null default 0
);
insert into relay_leases (bucket) select generate_series(0, 31);

create table relay_owners (
  owner      text   collate "C" not null primary key,
  expires_at bigint not null
);

alter table dead_letters add column source_topic text, add column source_partition bigint,
  add column source_offset bigint, add column replay_at bigint;
create index dead_letters_to_replay on dead_letters (replay_at) where replay_at is not null;
