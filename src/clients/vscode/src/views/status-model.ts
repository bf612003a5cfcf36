// SPDX-License-Identifier: MIT
import { t } from '../base/l10n';
import type { State } from '../hub/client';
import type { SyncStatus } from '../sync/sync-client';
import { syncText } from '../sync/sync-text';

export interface Status {
  readonly text: string;
  readonly tooltip: string;
  readonly warns: boolean;
}

/** What the status bar says. `waiting` are messages that are kept for the hub. */
export function statusOf(state: State, waiting: number, sync?: SyncStatus): Status {
  const kept = waiting === 0 ? '' : `\n${waiting === 1 ? t('1 recording waits for FlowScope.') : t('{0} recordings wait for FlowScope.', waiting)}`;
  switch (state.kind) {
    case 'connected':
      return connected(t('Connected to FlowScope {0}', state.version) + kept, sync);
    case 'connecting':
      return { text: '$(sync~spin) FlowScope', tooltip: t('Connecting to FlowScope…') + kept, warns: false };
    case 'unpaired':
      return { text: '$(key) FlowScope', tooltip: t('FlowScope runs, but does not know this editor. Pair with it.') + kept, warns: true };
    case 'refused':
      return { text: '$(error) FlowScope', tooltip: t('FlowScope refused the connection: {0}', refusal(state.code, state.message)) + kept, warns: true };
    case 'offline':
      return { text: '$(debug-disconnect) FlowScope', tooltip: t('FlowScope is not running. Traces recorded here are kept.') + kept, warns: false };
  }
}

/** What syncing needs is seen without opening the menu. */
function connected(tooltip: string, sync: SyncStatus | undefined): Status {
  const synced = syncText(sync);
  return {
    text: synced?.warns ? '$(telescope) FlowScope $(warning)' : '$(telescope) FlowScope',
    tooltip: synced ? `${tooltip}\n${synced.label}` : tooltip,
    warns: false,
  };
}

function refusal(code: string, message: string): string {
  if (code === 'replaced') return t('another window has taken its place');
  if (code === 'unauthorized') return t('the token is not valid; connect or pair again');
  return message || code;
}
