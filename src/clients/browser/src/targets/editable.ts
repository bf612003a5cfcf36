// SPDX-License-Identifier: MIT
import type { Change } from '../../../text/operation';
import { tellInput, type Target } from './target';

/** A piece of the text: where it starts, and the text node or line break that it is. */
type Piece = readonly [start: number, node: Text | Element];

/** Whether an element begins a line of its own. */
function isBlock(node: Node | null): boolean {
  return node instanceof Element && !/^(inline|contents|none|$)/.test(getComputedStyle(node).display);
}

/** Whether line feeds show. */
function keepsLines(element: Element): boolean {
  return getComputedStyle(element).whiteSpace.startsWith('pre');
}

/** Whether a line break only gives its block, which would have no height without it, one more line. */
function isFiller(node: Node): boolean {
  return !node.nextSibling && (isBlock(node.parentNode) || isFiller(node.parentNode!));
}

/** The text as people see it: blocks and line breaks begin lines. */
function readEditable(root: Element): [text: string, pieces: Piece[]] {
  const pieces: Piece[] = [];
  const showsLines = keepsLines(root);
  let text = '';
  let isBroken = false;
  const walk = (parent: Node) => {
    for (const node of parent.childNodes) {
      // Browsers write spaces in another way, and what stands between the tags of blocks is no text.
      const data = node.nodeName === 'BR' ? isFiller(node) ? '' : '\n'
        : node instanceof Text ? showsLines ? node.data : /^\s*\n\s*$/.test(node.data) ? undefined : node.data.replace(/[\xa0\n\t]/g, ' ')
          : undefined;
      const begins = isBlock(node);
      if (begins) isBroken = pieces.length > 0;
      if (data !== undefined) {
        if (isBroken) text += '\n';
        isBroken = false;
        pieces.push([text.length, node as Text]);
        text += data;
      }
      walk(node);
      if (begins) isBroken = pieces.length > 0;
    }
  };
  walk(root);
  return [text, pieces];
}

const lineBreak = () => document.createElement('br');

/** Text as nodes: with line breaks where line feeds would not show. */
function nodesOf(text: string, showsLines: boolean): Node[] {
  if (showsLines) return [new Text(text)];
  return text.split('\n').flatMap((line, index) => {
    const node = new Text(line.replace(/ (?= |$)|^ /g, '\xa0'));
    return index ? [lineBreak(), node] : [node];
  });
}

/** Replace what a change names and nothing else, so that what is bold stays bold. */
function replace(root: Element, { start, end, insert }: Change, showsLines: boolean): void {
  let place: [Text, number] | undefined;
  for (const [at, node] of readEditable(root)[1]) {
    if (node instanceof Text) {
      const from = Math.max(start - at, 0);
      // In what is replaced, else behind what is before it.
      if (at <= start && start - at <= node.length - Number(start < end)) place ??= [node, from];
      if (end > at && from < node.length) node.deleteData(from, end - at - from);
    } else if (at >= start && at < end) {
      node.remove();
    }
  }
  if (insert && place) {
    if (showsLines || !/\s/.test(insert)) place[0].insertData(place[1], insert);
    else place[0].splitText(place[1]).before(...nodesOf(insert, showsLines));
  }
}

/** An element that is edited as it stands in the page. */
export function editableTarget(target: any): Target | undefined {
  if (!target.isContentEditable) return undefined;
  let root = target as HTMLElement;
  while (root.parentElement?.isContentEditable) root = root.parentElement;
  const read = () => readEditable(root)[0];
  return {
    kind: 'contenteditable',
    element: root,
    read,
    write(changes, after) {
      const showsLines = keepsLines(root);
      for (const change of [...changes].reverse()) replace(root, change, showsLines);
      // There was no place for it, or it ended two blocks.
      if (read() !== after) {
        root.replaceChildren(...nodesOf(after, showsLines));
        // The last line has no height without it.
        if (!showsLines && /(^|\n)$/.test(after)) root.append(lineBreak());
      }
      tellInput(root);
    },
    watch(changed) {
      const observer = new MutationObserver(changed);
      observer.observe(root, { childList: true, characterData: true, subtree: true });
      return () => observer.disconnect();
    },
  };
}
