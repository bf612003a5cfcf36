// SPDX-License-Identifier: MIT
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Disposable } from '../base/emitter';

function nearestFolder(file: string): string {
  let folder = path.dirname(file);
  while (!fs.existsSync(folder) && folder !== path.dirname(folder)) folder = path.dirname(folder);
  return folder;
}

/**
 * Calls when a file may have appeared or changed, without asking again and again: watches the nearest folder that is
 * there, and moves closer as folders are made.
 */
export function watchFile(file: string, changed: () => void): Disposable {
  let watcher: fs.FSWatcher | undefined;
  let folder = '';
  let ended = false;

  const settle = () => {
    if (ended) return;
    const nearest = nearestFolder(file);
    if (nearest === folder && watcher) return;
    watcher?.close();
    folder = nearest;
    try {
      watcher = fs.watch(folder, { persistent: false }, (_event, name) => {
        const towards = path.relative(folder, file).split(path.sep)[0];
        if (name !== null && name !== towards) return;
        settle();
        changed();
      });
      watcher.on('error', () => {
        watcher?.close();
        watcher = undefined;
      });
    } catch {
      // No watching here (limits of the system): connecting again with growing pauses remains.
      watcher = undefined;
    }
  };
  settle();
  return {
    dispose() {
      ended = true;
      watcher?.close();
    },
  };
}
