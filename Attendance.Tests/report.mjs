// Reads what a run of tests has reported (CTRF, https://ctrf.io) and prints it for test.sh:
//   node report.mjs counts REPORT     three numbers: passed, failed, skipped
//   node report.mjs failed REPORT     the methods that failed, one a line, and `(outside of a test)`
//   node report.mjs reasons REPORT    why each test failed or was skipped
import { readFileSync } from 'node:fs';

const [, , what, file] = process.argv;
// What a test says may have control characters, such as the colours of a log; the report has them as they are, which JSON forbids.
const { summary, tests, extra } = JSON.parse(readFileSync(file, 'utf8').replace(/\p{Cc}/gu, ' ')).results;
const outside = extra.suites.flatMap((assembly) => [...assembly.errors, ...assembly.collections.flatMap((collection) => collection.errors ?? [])]);
const failed = tests.filter((test) => test.status === 'failed');
const skipped = tests.filter((test) => test.status === 'skipped');
const firstLines = (text = '') => text.split('\n').slice(0, 6).map((line) => `      ${line.slice(0, 300)}`).join('\n');

switch (what) {
  case 'counts':
    console.log(summary.passed, summary.failed + outside.length, skipped.length);
    break;
  case 'failed':
    for (const name of new Set(failed.map(({ extra: test }) => `${test.type}.${test.method}`))) console.log(name);
    break;
  case 'reasons':
    for (const test of failed) console.log(`  FAILED ${test.name}\n${firstLines(test.message)}`);
    for (const error of outside) console.log(`  FAILED outside of a test\n${firstLines(error.message ?? JSON.stringify(error))}`);
    for (const test of skipped) console.log(`  SKIPPED ${test.name}\n${firstLines(test.message)}`);
    break;
  default:
    throw new Error(`There is no '${what}'.`);
}
