// This machine as package manifests name it, and whether a compiled file was made for it.

/** ELF's numbers of processors (`e_machine`) by Node's names. */
const PROCESSORS = { ia32: 3, ppc64: 21, s390x: 22, arm: 40, x64: 62, arm64: 183, riscv64: 243, loong64: 258 };
const ELF = 0x7f454c46;
/** Mach-O in both byte orders and for several processors, then a Windows program. */
const MACH_O = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);
const WINDOWS = 0x4d5a;

export function thisMachine() {
  const { platform: os, arch: cpu } = process;
  if (os !== 'linux') return { os, cpu };
  process.report.excludeNetwork = true;
  return { os, cpu, libc: process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl' };
}

/** False for a program or library of another system, processor or C library. Anything that isn't one is for every machine. */
export function fitsMachine(content, { os, cpu, libc }) {
  if (content.length < 20) return true;
  const magic = content.readUInt32BE(0);
  if (magic === ELF) {
    const littleEndian = content[5] === 1;
    const processor = littleEndian ? content.readUInt16LE(18) : content.readUInt16BE(18);
    return os === 'linux' && processor === PROCESSORS[cpu] && fitsLibc(content, libc);
  }
  if (MACH_O.has(magic)) return os === 'darwin';
  if (content.readUInt16BE(0) === WINDOWS) return os === 'win32';
  return true;
}

/** The C library stands among the names of the libraries that the file is linked with; a static file has none. */
function fitsLibc(content, libc) {
  const glibc = content.includes('libc.so.6\0');
  const musl = content.includes('libc.musl-');
  return glibc === musl || (libc === 'glibc' ? glibc : musl);
}
