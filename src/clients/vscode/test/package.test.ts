// SPDX-License-Identifier: MIT
// package.json, its texts and the code name the same commands, settings and texts.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { SOURCE } from './support';

type Texts = Record<string, string>;

interface Manifest {
  readonly contributes: {
    readonly commands: { command: string }[];
    readonly configuration: { properties: Record<string, { default: unknown }> };
    readonly menus: Record<string, { command: string }[]>;
  };
}

function read(name: string): string {
  return fs.readFileSync(path.join(SOURCE, name), 'utf8');
}

function sources(folder: string): string[] {
  return fs.readdirSync(path.join(SOURCE, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sources(name) : [read(name)];
  });
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const code = sources('src').join('\n');
const unquote = (text: string) => text.replace(/\\'/g, "'");
const all = (pattern: RegExp) => new Set([...code.matchAll(pattern)].map((match) => unquote(match[1]!)));
const places = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();

test('every text of the code is translated, and no translation is left over', () => {
  const german = JSON.parse(read('l10n/bundle.l10n.de.json')) as Texts;
  assert.deepEqual(Object.keys(german).sort(), [...all(/(?<![\w.])t\(\s*'((?:[^'\\]|\\.)*)'/g)].sort());
  for (const [english, translation] of Object.entries(german)) assert.deepEqual(places(translation), places(english), english);
});

test('texts are literals', () => {
  assert.deepEqual([...all(/(?<![\w.])t\(\s*([^'\s)])/g)].filter((first) => first !== 'm'), []);
});

test('every text of package.json is there in both languages', () => {
  const [english, german] = ['package.nls.json', 'package.nls.de.json'].map((name) => JSON.parse(read(name)) as Texts);
  const used = new Set([...read('package.json').matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]!));
  assert.deepEqual(Object.keys(english!).sort(), [...used].sort());
  assert.deepEqual(Object.keys(german!).sort(), [...used].sort());
});

test('every command is registered, and what menus and texts start is one', () => {
  const declared = new Set(manifest.contributes.commands.map(({ command }) => command));
  const registered = new Set([...all(/register\('([\w.]+)'/g)].map((name) => `flowscope.${name}`));
  // Not for the palette: the menu alone starts it.
  declared.add('flowscope.openSettings');
  assert.deepEqual([...declared].sort(), [...registered].sort());
  for (const entry of Object.values(manifest.contributes.menus).flat()) assert.ok(declared.has(entry.command), entry.command);
  for (const [, command] of read('package.nls.json').matchAll(/command:(flowscope[\w.]+)/g)) assert.ok(declared.has(command!), command);
});

test('the code reads the settings that are declared, with their defaults', () => {
  const declared = manifest.contributes.configuration.properties;
  const calls = [...code.matchAll(/this\.get(?:<\w+>)?\('([\w.]+)', ([^)]+)\)/g)];
  const names = new Set(calls.map((call) => `flowscope.${call[1]!}`));
  for (const what of ['tests', 'tasks', 'debugSessions', 'terminalCommands']) names.add(`flowscope.capture.${what}`);
  assert.deepEqual([...names].sort(), Object.keys(declared).sort());
  for (const [, name, fallback] of calls) {
    assert.equal(JSON.stringify(declared[`flowscope.${name!}`]!.default), fallback!.replaceAll("'", '"'), name);
  }
});

test('what must not be set by a folder can not be', () => {
  const { properties } = (JSON.parse(read('package.json')) as { contributes: { configuration: { properties: Record<string, { scope?: string }> } } }).contributes.configuration;
  for (const [name, { scope }] of Object.entries(properties)) {
    if (/capture|terminal|hub(File|Port)/.test(name)) assert.equal(scope, 'machine', name);
  }
});
