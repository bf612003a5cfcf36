// SPDX-License-Identifier: MIT
import type { Reason } from '../web-dev-sync';

/** Whether the browser lets the page reach programs of this machine; undefined when it asks nobody. */
async function permission(): Promise<PermissionState | undefined> {
  try {
    return (await navigator.permissions.query({ name: 'loopback-network' as PermissionName })).state;
  } catch {
    return undefined;
  }
}

/** Why a socket was closed before it was open, as far as a page may know. */
export async function whyClosed(url: string): Promise<Reason> {
  if (await permission() === 'denied') return isSecureContext ? 'blocked' : 'insecure';
  try {
    // What it answers stays hidden from the page, but not that it answers.
    await fetch(url.replace('ws', 'http'), { mode: 'no-cors' });
    return 'refused';
  } catch {
    return 'absent';
  }
}

/** The browser asks before a page may reach this machine, then the hub before the page may reach it. */
export async function whoAsks(): Promise<Reason> {
  const isHere = /^(localhost$|127\.|\[::1])/.test(location.hostname);
  return !isHere && await permission() === 'prompt' ? 'browser_asks' : 'app_asks';
}
