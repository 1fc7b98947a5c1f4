import { ownName } from '../../gateway/page-place';

/** A file that goes with a message. */
export interface PickedFile {
  id: string;
  name: string;
  type: string;
  content: Blob;
}

const DATABASE = ownName('openclaw.files');
const STORE = 'files';

/** What the browser does not keep (private windows) is at least there until the page goes. */
const held = new Map<string, readonly PickedFile[]>();

export const draftFilesOf = (sessionKey: string): string => `draft ${sessionKey}`;
export const outgoingFilesOf = (id: string): string => `message ${id}`;

/** Files of drafts and of messages on their way, kept over reloads and restarts of the browser. */
export const keptFiles = {
  async of(owner: string): Promise<readonly PickedFile[]> {
    const known = held.get(owner);
    if (known) return known;
    const stored = await run<readonly PickedFile[] | undefined>('readonly', (store) => store.get(owner));
    return stored ?? [];
  },

  async keep(owner: string, files: readonly PickedFile[]): Promise<void> {
    if (files.length === 0) return this.drop(owner);
    held.set(owner, files);
    await run('readwrite', (store) => store.put([...files], owner));
  },

  /** The gateway has them: from now on they are here only until the page goes, for whoever takes the message back. */
  async handOver(owner: string): Promise<void> {
    await run('readwrite', (store) => store.delete(owner));
  },

  /** Those that the page holds at the moment. */
  heldOf(owner: string): readonly PickedFile[] {
    return held.get(owner) ?? [];
  },

  /** Nobody takes their message back any more. */
  letGo(owner: string): void {
    held.delete(owner);
  },

  async drop(owner: string): Promise<void> {
    held.delete(owner);
    await run('readwrite', (store) => store.delete(owner));
  },
};

/** One for the life of the page: what is taken away a moment before a reload must be gone after it. */
let database: Promise<IDBDatabase> | undefined;

async function run<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<T | undefined> {
  try {
    const transaction = (await (database ??= open())).transaction(STORE, mode);
    return await new Promise<T>((resolve, reject) => {
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onabort = () => reject(transaction.error ?? new Error('not kept'));
    });
  } catch {
    // Storage is full or forbidden: the files stay in the page.
    database = undefined;
    return undefined;
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onerror = () => reject(request.error ?? new Error('no database'));
    request.onsuccess = () => {
      const { result } = request;
      // The browser takes it away, or a newer page needs another form of it.
      result.onclose = result.onversionchange = () => {
        result.close();
        database = undefined;
      };
      resolve(result);
    };
  });
}
