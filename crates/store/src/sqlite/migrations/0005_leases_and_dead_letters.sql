-- Several relays share the users by buckets; a bucket is leased to one relay at a time. And dead
-- letters that say where they came from and can be delivered again.

-- The same function of the user's id as `bucket_of` in `leases.rs`.
alter table events add column bucket integer generated always as ((
    coalesce(unicode(user_id), 0) + 131 * coalesce(unicode(substr(user_id, 2)), 0)
    + 17161 * coalesce(unicode(substr(user_id, 3)), 0)
    + 61 * coalesce(unicode(substr(user_id, -1, 1)), 0)
    + 7919 * coalesce(unicode(substr(user_id, -2, 1)), 0)
    + 977 * coalesce(unicode(substr(user_id, -3, 1)), 0) + 31 * length(user_id)
  ) % 8191 % 32) virtual;

-- `fence` grows with every change of hands, so that a relay that was asleep can write nothing.
create table if not exists relay_leases (
  bucket     integer not null primary key,
  owner      text    not null default '',
  fence      integer not null default 0,
  expires_at integer not null default 0
) strict;

insert or ignore into relay_leases (bucket)
  with recursive b (n) as (select 0 union all select n + 1 from b where n < 31) select n from b;

create table if not exists relay_owners (
  owner      text    not null primary key,
  expires_at integer not null
) strict, without rowid;

alter table dead_letters add column source_topic text;
alter table dead_letters add column source_partition integer;
alter table dead_letters add column source_offset integer;
alter table dead_letters add column replay_at integer;

create index if not exists dead_letters_to_replay on dead_letters (replay_at)
  where replay_at is not null;
