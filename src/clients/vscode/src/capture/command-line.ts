// SPDX-License-Identifier: MIT

const MAX_LENGTH = 4096;
const SECRET_NAME = '[\\w-]*(?:pass(?:word|wd|phrase)?|secret|token|api-?_?key|credential|auth)[\\w-]*';
const SECRETS: readonly [RegExp, string][] = [
  // NAME=value before a command or as its argument, --name=value and --name value.
  [new RegExp(`(\\b${SECRET_NAME}=)("[^"]*"|'[^']*'|\\S+)`, 'gi'), '$1***'],
  [new RegExp(`(--?${SECRET_NAME}\\s+)("[^"]*"|'[^']*'|[^\\s-]\\S*)`, 'gi'), '$1***'],
  // A line of an HTTP head.
  [new RegExp(`(\\b(?!authorization)${SECRET_NAME}: *)([^"'\\s]+)`, 'gi'), '$1***'],
  [/(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi, '$1***'],
  [/(:\/\/[^\s:@/]+:)[^\s@/]+(@)/g, '$1***$2'],
];

/** A command line without what looks like a secret in it. */
export function withoutSecrets(line: string): string {
  const safe = SECRETS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
  return safe.length > MAX_LENGTH ? `${safe.slice(0, MAX_LENGTH)}…` : safe;
}

const TEST_RUNNERS: readonly RegExp[] = [
  /^(?:npx |pnpm |yarn |bunx? )?(?:jest|vitest|mocha|ava|tap|playwright test|cypress run|karma start)\b/,
  /^(?:npm|pnpm|yarn|bun)(?: run)? (?:t|test)(?:[:\s]|$)/,
  /^node\b.*\s--test\b/,
  /^deno test\b/,
  /^(?:python[\d.]* -m )?(?:pytest|unittest|nose2|tox|nox)\b/,
  /^(?:poetry run |uv run )(?:pytest|tox|nox)\b/,
  /^(?:go|cargo|dotnet|swift|mix|flutter|dart|zig build|meson|bazel|gradle|\.\/gradlew|mvn|\.\/mvnw|sbt|lein|rake|rails|stack|cabal) (?:[-\w]+ )*?(?:test|nextest|verify|check)\b/,
  /^(?:ctest|phpunit|vendor\/bin\/phpunit|rspec|bundle exec (?:rspec|rake test)|prove|bats|ninja test|make (?:test|check))\b/,
];

/** Whether a command line runs tests, by how the usual runners are started. */
export function isTestRun(line: string): boolean {
  // What stands before the program: variables, and programs that start another.
  const command = line.trim().replace(/^(?:(?:\w+=\S*|env|time|sudo|command|flowctl record(?: -\S+)*(?: --)?)\s+)+/, '');
  return TEST_RUNNERS.some((runner) => runner.test(command));
}
