/**
 * Folder of the page as this browser sees it, with a slash at its end. A proxy may have put it anywhere, also below a path
 * that the gateway has never heard of; views have one segment, so that the folder is the same for all of them.
 */
export const pageFolder = new URL('.', document.baseURI);

/** The gateway listens where its page is. */
export function socketAddress(): string {
  const address = new URL(pageFolder);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

/** A name in the browser's stores: gateways in different folders of one origin keep their things apart. */
export const ownName = (name: string): string =>
  pageFolder.pathname === '/' ? name : `${name} ${pageFolder.pathname}`;
