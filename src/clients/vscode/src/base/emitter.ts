// SPDX-License-Identifier: MIT

export interface Disposable {
  dispose(): unknown;
}

/** Tells many listeners of one thing; a listener that throws does not keep the others from hearing it. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private readonly failed: (error: unknown) => void = () => {}) {}

  readonly event = (listener: (value: T) => void): Disposable => {
    // A wrapper of its own, so that the same function can listen twice.
    const own = (value: T) => listener(value);
    this.listeners.add(own);
    return { dispose: () => this.listeners.delete(own) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}

/** Things that end together, the last one first. */
export class Bag implements Disposable {
  private readonly items: Disposable[] = [];

  add<T extends Disposable>(item: T): T {
    this.items.push(item);
    return item;
  }

  dispose(): void {
    for (const item of this.items.splice(0).reverse()) item.dispose();
  }
}
