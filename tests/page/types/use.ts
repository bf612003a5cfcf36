// SPDX-License-Identifier: GPL-3.0-or-later
// What a program does with the library; it is only compiled.
import WebDevSync, { auto, type Attachment, type EditError, type State } from '../../../src/clients/browser/web-dev-sync';

const byUser: WebDevSync = new WebDevSync('me', true);
const sync = new WebDevSync({
  maxRetries: 3,
  onRetryAttempt: (attempt, delay) => console.log(attempt.toFixed(), delay.toFixed()),
  onMaxRetriesExceeded: () => byUser.disconnect(),
});
const end = sync.statusChange((status, { reason }) => console.log(status === 'connected', reason === 'browser_asks'));
sync.onCodeUpdate(({ id, code }) => console.log(id.length, code.length));

export async function edit(element: HTMLElement): Promise<State> {
  const attachment: Attachment = sync.attach(element, { fileType: 'md', onSave: (text) => console.log(text.length) });
  try {
    await sync.connect();
    await attachment.edit();
    await sync.editCodeSnippet('id', 'code', 'js');
  } catch (error) {
    console.log((error as EditError).code);
  }
  return attachment.state;
}

export const bound: WebDevSync = auto({ url: 'ws://127.0.0.1:1/web-dev-sync/ws' });
end();
// @ts-expect-error: there is no such status
sync.statusChange((status) => status === 'open');
