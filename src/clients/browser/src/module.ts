// SPDX-License-Identifier: MIT
// The library as an ES module.
import { setLibraryUrl } from './connection';
import { WebDevSync } from './web-dev-sync';

export { auto } from './auto';
export { WebDevSync };
export default WebDevSync;

setLibraryUrl(import.meta.url);
