// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEditRequest, readOther } from '../src/edit/edit-message';
import { documentName, ending, languageOf } from '../src/edit/name';
import { HubError } from '../src/protocol/hub-error';

const REQUEST = { editId: 'a_-1', client: 'c1', revision: 3, text: 'x' };

test('a document is called by page and field, with the ending of its type', () => {
  assert.equal(documentName({ title: 'New issue', field: 'Description', fileType: 'markdown' }), 'New issue — Description.md');
  assert.equal(documentName({ title: '', site: 'example.org:8000', fileType: 'js' }), 'example.org:8000.js');
  assert.equal(documentName({ title: '' }), 'FlowScope.txt');
});

test('a name holds nothing that a path, a line or an eye could stumble over', () => {
  assert.equal(documentName({ title: '../../etc/passwd\0\n\u202Etxt', field: 'a\\b' }), '..∕..∕etc∕passwd txt — a∕b.txt');
  const long = documentName({ title: '😀'.repeat(500), fileType: 'md' });
  assert.equal([...long].length, 63);
  assert.ok(long.isWellFormed() && long.endsWith('….md'));
});

test('a type that is no ending is none', () => {
  for (const [type, expected] of [['.py', 'py'], ['text/x-python', 'py'], ['text/html', 'html'], ['C++', 'cpp'], ['', 'txt'],
    ['../x', 'txt'], ['a b', 'txt'], ['constructor', 'constructor'], ['__proto__', 'txt'], ['x'.repeat(99), 'txt']] as const) {
    assert.equal(ending(type), expected, type);
  }
});

test('the language is the user’s for the site or the type, else the hub’s, else the one that the site is known for', () => {
  const origin = { title: 't', site: 'docs.example.org:80', fileType: 'tpl' };
  assert.equal(languageOf(origin, { 'example.org': 'markdown', tpl: 'html' }), 'markdown');
  assert.equal(languageOf(origin, { 'org.example': 'markdown', tpl: 'html' }), 'html');
  assert.equal(languageOf({ ...origin, languageId: 'php' }, { 'ample.org': 'markdown' }), 'php');
  assert.equal(languageOf({ title: 't', site: 'gist.github.com' }, {}), 'markdown');
  assert.equal(languageOf({ title: 't', site: 'github.com', fileType: 'js' }, {}), undefined);
  assert.equal(languageOf({ title: 't', site: 'github.com' }, { 'github.com': 7 }), 'markdown');
});

test('a request is read, and refused when it is none', () => {
  const request = readEditRequest({ ...REQUEST, title: 'T', field: { name: 'n' }, cursor: { start: 0, end: 1 },
    cursors: [{ by: 'page', start: 1, end: 1 }, { by: 'page' }, 'x'] });
  assert.deepEqual(request, { editId: 'a_-1', client: 'c1', revision: 3, text: 'x', title: 'T', field: 'n',
    cursor: { start: 0, end: 1 }, others: [{ by: 'page', start: 1, end: 1 }] });
  for (const wrong of [{ editId: '../a' }, { editId: '' }, { client: 'a b' }, { editId: 'x'.repeat(65) }, { revision: -1 }, { text: 1 }]) {
    assert.throws(() => readEditRequest({ ...REQUEST, ...wrong }), HubError, JSON.stringify(wrong));
  }
  assert.equal(readOther({ by: 'x', cursor: { start: 0 } }), undefined);
  assert.equal(readOther({ cursor: { start: 0, end: 0 } }), undefined);
});
