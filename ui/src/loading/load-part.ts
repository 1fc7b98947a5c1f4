const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 8000;

/**
 * Loads a part of the page that was left out of the first load. A gateway that restarts, or a network that is gone, does not
 * leave the page without it: it is asked for until the gateway answers.
 * @throws what loading failed with, where the gateway is there and has no such part: it was updated
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
    try {
      return await load();
    } catch {
      // It may have come back between the two.
      if (await isGatewayThere()) return load();
    }
    await new Promise((next) => setTimeout(next, pause));
  }
}

const isGatewayThere = (): Promise<boolean> =>
  fetch(document.baseURI, { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
