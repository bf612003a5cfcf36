// SPDX-License-Identifier: MIT
import type { Attachment, Options } from '../web-dev-sync';
import { endAll, listen } from './events';
import { WebDevSync } from './web-dev-sync';

const BUTTON = '.external-editor-btn';

/** Binds the buttons of the page, by one listener, so that those that come later are bound too. */
export function auto(options: Options = {}): WebDevSync {
  const sync = new WebDevSync(options);
  const attachments = new Map<Element, Attachment>();
  const edit = (button: HTMLElement, isClicked: boolean): void => {
    const { textareaId, fileType } = button.dataset;
    const element = document.getElementById(textareaId!);
    const known = element && attachments.get(element);
    if (known && isClicked) {
      known.edit().catch(() => undefined);
    } else if (element && !known) {
      attachments.set(element, sync.attach(element, { edit: isClicked, fileType, onState(state) {
        button.dataset.state = state;
      } }));
    }
  };
  const start = () => document.querySelectorAll<HTMLElement>(BUTTON).forEach((button) => edit(button, false));
  const ends = [listen(document, 'DOMContentLoaded', start), listen(document, 'click', ({ target }) => {
    const button = target.closest(BUTTON);
    if (button) edit(button, true);
  })];
  start();
  const { destroy } = sync;
  sync.destroy = () => {
    endAll(ends);
    attachments.clear();
    destroy();
  };
  return sync;
}
