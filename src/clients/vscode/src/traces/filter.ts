// SPDX-License-Identifier: MIT
import type { Trace } from './trace';

type Test = (trace: Trace) => boolean;

const UNITS: Record<string, number> = { us: 0.001, 'µs': 0.001, ms: 1, s: 1000, min: 60_000 };

function durationTest(word: string): Test | undefined {
  const found = /^([<>])(\d+(?:\.\d+)?)(us|µs|ms|s|min)?$/.exec(word);
  if (!found) return undefined;
  const limit = Number(found[2]) * UNITS[found[3] ?? 'ms']!;
  return found[1] === '>' ? (trace) => trace.durationMs > limit : (trace) => trace.durationMs < limit;
}

function wordTest(word: string): Test {
  const timed = durationTest(word);
  if (timed) return timed;
  const [, key, value] = /^(status|service|tag|file):(.+)$/.exec(word) ?? [];
  const has = (text: string, part: string) => text.toLowerCase().includes(part);
  if (key === 'status') return (trace) => trace.status === value;
  if (key === 'service') return (trace) => trace.services.some((service) => has(service, value!));
  if (key === 'tag') return (trace) => trace.tags.some((tag) => has(tag, value!));
  if (key === 'file') return (trace) => has(trace.sourceFile ?? '', value!);
  return (trace) => has(trace.name, word) || has(trace.id, word) || trace.services.some((service) => has(service, word));
}

/**
 * What a filter leaves: all its words must fit. `>200ms`, `status:error`, `service:shop`, `tag:slow`, `file:app.js`;
 * any other word is looked for in the name, the services and the id. A minus before a word turns it round.
 */
export function parseFilter(filter: string): Test {
  const tests = filter.toLowerCase().split(/\s+/).filter((word) => word !== '' && word !== '-').map((word) => {
    if (!word.startsWith('-')) return wordTest(word);
    const test = wordTest(word.slice(1));
    return (trace: Trace) => !test(trace);
  });
  return (trace) => tests.every((test) => test(trace));
}
