#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Builds the extension: node build.mjs [build | test | package [FILE]]. Nothing is downloaded; npm ci comes first.
import { File } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const PACKED = ['package.json', 'package.nls.json', 'package.nls.de.json', 'README.md', 'LICENSE', 'l10n', 'media'];
const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'warning', absWorkingDir: here };

if (!existsSync(path.join(here, 'node_modules', 'esbuild'))) {
  console.error(`the packages are missing: (cd ${here} && npm ci --ignore-scripts)`);
  process.exit(1);
}
const { build } = await import('esbuild');

function run(program, ...args) {
  const { status, error } = spawnSync(process.execPath, [path.join(here, 'node_modules', program), ...args], { stdio: 'inherit', cwd: here });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function check() {
  run('typescript/bin/tsc', '--noEmit');
}

function bundle(folder) {
  // bufferutil and utf-8-validate only make ws faster; it does without.
  return build({ ...common, entryPoints: ['src/extension.ts'], outfile: path.join(folder, 'dist/extension.js'), minify: true,
    legalComments: 'eof', external: ['vscode', 'bufferutil', 'utf-8-validate'] });
}

/** The unit tests run in node alone; node:test prints TAP, which the build understands. */
async function test() {
  const folder = mkdtempSync(path.join(tmpdir(), 'flowscope-vscode-'));
  try {
    const tests = readdirSync(path.join(here, 'test')).filter((name) => name.endsWith('.test.ts'));
    await build({ ...common, entryPoints: tests.map((name) => `test/${name}`), outdir: folder, sourcemap: 'inline',
      external: ['bufferutil', 'utf-8-validate'] });
    const files = tests.map((name) => path.join(folder, name.replace(/\.ts$/, '.js')));
    const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-reporter=tap', ...files],
      { stdio: 'inherit', env: { ...process.env, FLOWSCOPE_SOURCE: here } });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function pack(file) {
  const folder = mkdtempSync(path.join(tmpdir(), 'flowscope-vsix-'));
  try {
    for (const name of PACKED) cpSync(path.join(here, name), path.join(folder, name), { recursive: true });
    await bundle(folder);
    const ws = path.join(here, 'node_modules', 'ws');
    writeFileSync(path.join(folder, 'THIRD-PARTY.txt'), `The extension contains ws, https://github.com/websockets/ws\n\n${
      readFileSync(path.join(ws, 'LICENSE'), 'utf8')}`);
    writeFileSync(path.join(folder, '.vscodeignore'), '');
    // vsce is made for node 20; in 18 this class is there, but not for everybody.
    globalThis.File ??= File;
    const { createVSIX } = createRequire(import.meta.url)('@vscode/vsce');
    await createVSIX({ cwd: folder, packagePath: path.resolve(file), dependencies: false, allowMissingRepository: true,
      skipLicense: false, followSymlinks: false });
    console.log(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [command = 'build', argument] = process.argv.slice(2);
if (command === 'test') {
  await test();
} else if (command === 'package') {
  check();
  const { version } = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
  await pack(argument ?? path.join(here, 'dist', `flowscope-${version}.vsix`));
} else if (command === 'build') {
  check();
  await bundle(here);
} else {
  console.error('usage: node build.mjs [build | test | package [FILE]]');
  process.exit(2);
}
