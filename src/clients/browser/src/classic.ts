// SPDX-License-Identifier: MIT
// The library as a script of its own: WebDevSync, and WebDevSync.auto, are there for all scripts of the page.
import { auto } from './auto';
import { setLibraryUrl } from './connection';
import { WebDevSync } from './web-dev-sync';

setLibraryUrl((document.currentScript as HTMLScriptElement | null)?.src);
(globalThis as { WebDevSync?: unknown }).WebDevSync = Object.assign(WebDevSync, { auto });
