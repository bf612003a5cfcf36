// SPDX-License-Identifier: MIT
import { aceTarget } from './ace';
import { codeMirror5Target } from './codemirror5';
import { codeMirror6Target } from './codemirror6';
import { editableTarget } from './editable';
import { inputTarget } from './input';
import { monacoTarget } from './monaco';
import type { Target } from './target';

/** What an editor, or an element that belongs to one or is a field itself, stands for. */
export function findTarget(target: object): Target | undefined {
  // Editors first: an element in one of them is none of the others.
  return codeMirror6Target(target) ?? codeMirror5Target(target) ?? monacoTarget(target) ?? aceTarget(target)
    ?? inputTarget(target) ?? editableTarget(target);
}
