const RELEASE_MS = 30_000;

/** Hands a file to the browser, which keeps it where it keeps what is downloaded. */
export function saveFile(name: string, type: string, content: string | Uint8Array<ArrayBuffer>): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name.replace(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]+/gu, '-').trim() || 'file';
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), RELEASE_MS);
}
