// SPDX-License-Identifier: MIT
import { ask, type Answer } from './http';
import { integer, text, type Data } from '../protocol/message';

/** Where a hub listens when there is no discovery file to say so. 31848 belongs to editor extensions of this family. */
export const PORTS: readonly number[] = [31847, 31849, 31850, 31851, 31852, 31853, 31854, 31855, 31856];

export type Asker = (port: number, method: 'GET', target: string) => Promise<Answer>;

/** A hub answers at once; another program that takes the port and says nothing must not hide it for long. */
const ANSWER_MS = 800;

const askBriefly: Asker = (port, method, target) => ask(port, method, target, undefined, ANSWER_MS);

async function isHub(port: number, asker: Asker): Promise<boolean> {
  try {
    const { status, body } = await asker(port, 'GET', '/.well-known/flowscope');
    const data = (typeof body === 'object' && body !== null ? body : {}) as Data;
    return status === 200 && text(data, 'name') === 'FlowScope' && integer(data, 'protocol') === 1;
  } catch {
    return false;
  }
}

/** The first port where a hub answers; all are asked at once, and nobody waits for those behind it. */
export async function findPort(ports: readonly number[] = PORTS, asker: Asker = askBriefly): Promise<number | undefined> {
  const answers = ports.map((port) => isHub(port, asker));
  for (const [index, answer] of answers.entries()) if (await answer) return ports[index];
  return undefined;
}
