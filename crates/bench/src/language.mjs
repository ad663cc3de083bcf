// Reads lines with chrono-node: a JSON list of questions a line; answers and nanoseconds a question.

import { createInterface } from "node:readline";
import * as chrono from "chrono-node";

const READERS = { "en-US": chrono.en.casual, "en-GB": chrono.en.GB, "de": chrono.de.casual };
// A task is ahead: "friday" is the coming one.
const OPTIONS = { forwardDate: true };

for await (const line of createInterface({ input: process.stdin })) {
  const questions = JSON.parse(line);
  const answers = new Array(questions.length);
  let spent = 0;
  for (const [zone, asked] of byZone(questions)) {
    // Its own parameter takes an offset only; the zone of the process knows when clocks change.
    process.env.TZ = zone;
    spent += read(questions, asked, answers);
  }
  console.log(JSON.stringify({ answers, ns: spent / questions.length }));
}

// The places of the questions of each zone.
function byZone(questions) {
  const zones = new Map();
  questions.forEach(({ zone }, index) => zones.set(zone, [...(zones.get(zone) ?? []), index]));
  return zones;
}

// Answers those that are asked; nanoseconds.
function read(questions, asked, answers) {
  const moments = asked.map((index) => new Date(questions[index].now_ms));
  const results = new Array(asked.length);
  const begun = process.hrtime.bigint();
  for (let nth = 0; nth < asked.length; nth++) {
    const { text, locale } = questions[asked[nth]];
    results[nth] = READERS[locale].parse(text, moments[nth], OPTIONS);
  }
  const spent = Number(process.hrtime.bigint() - begun);
  asked.forEach((index, nth) => {
    const [first] = results[nth];
    answers[index] = first ? answer(first.start) : null;
  });
  return spent;
}

// The wall clock, and whether a time of day was said.
function answer(start) {
  const date = start.date();
  const wall = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return { local: wall.toISOString().slice(0, 19), timed: start.isCertain("hour") };
}
