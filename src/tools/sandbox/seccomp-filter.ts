/** Instructions of classic BPF as the kernel's seccomp reads them (linux/bpf_common.h). */
const LOAD_WORD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const FAIL_EPERM = 0x00050001;
const FAIL_ENOSYS = 0x00050026;
const KILL = 0x80000000;

const OFFSET_NUMBER = 0;
const OFFSET_ARCH = 4;
const OFFSET_FIRST_ARGUMENT = 16;
const OFFSET_SECOND_ARGUMENT = 24;

/** Flags of clone(2) that make namespaces. */
const NAMESPACE_FLAGS = 0x7e020000;
/** Pushes characters into another program's terminal. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

interface Machine {
  arch: number;
  clone: number;
  clone3: number;
  ioctl: number;
  /** Refused outright. */
  refused: readonly number[];
}

/**
 * System calls that no ordinary program needs and that have served to break out of containers: mounts, namespaces,
 * tracing, kernel modules, keyrings, BPF, performance counters, user fault handling, io_uring, time and reboot.
 */
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    arch: 0xc000003e,
    clone: 56,
    clone3: 435,
    ioctl: 16,
    refused: [
      101, 103, 134, 135, 136, 139, 153, 154, 155, 156, 159, 161, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173,
      174, 175, 176, 177, 178, 179, 180, 212, 227, 246, 248, 249, 250, 256, 272, 279, 298, 300, 303, 304, 305, 308, 310,
      311, 312, 313, 320, 321, 323, 425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 467,
    ],
  },
  arm64: {
    arch: 0xc00000b7,
    clone: 220,
    clone3: 435,
    ioctl: 29,
    refused: [
      39, 40, 41, 51, 58, 60, 89, 97, 104, 105, 106, 112, 116, 117, 142, 170, 171, 217, 218, 219, 224, 225, 238, 239,
      241, 262, 264, 265, 266, 268, 270, 271, 272, 273, 280, 282, 294, 425, 426, 427, 428, 429, 430, 431, 432, 433, 438,
      442, 467,
    ],
  },
};

/**
 * A seccomp filter for sandboxed commands, as bytes for `bwrap --seccomp`.
 * @returns undefined on machines whose call numbers are not listed
 */
export function seccompFilter(machine: string = process.arch): Buffer | undefined {
  const facts = MACHINES[machine];
  if (!facts) return undefined;
  const program: [code: number, ifTrue: number, ifFalse: number, value: number][] = [];
  const add = (code: number, ifTrue: number, ifFalse: number, value: number): void => {
    program.push([code, ifTrue, ifFalse, value]);
  };
  // A program of another architecture would use other numbers.
  add(LOAD_WORD, 0, 0, OFFSET_ARCH);
  add(JUMP_EQUAL, 1, 0, facts.arch);
  add(RETURN, 0, 0, KILL);
  add(LOAD_WORD, 0, 0, OFFSET_NUMBER);
  if (machine === 'x64') {
    // The x32 numbers are the same calls by another name.
    add(JUMP_ANY_BIT, 0, 1, 0x40000000);
    add(RETURN, 0, 0, FAIL_EPERM);
  }
  // glibc falls back to clone, whose flags can be looked at.
  add(JUMP_EQUAL, 0, 1, facts.clone3);
  add(RETURN, 0, 0, FAIL_ENOSYS);
  for (const call of facts.refused) {
    add(JUMP_EQUAL, 0, 1, call);
    add(RETURN, 0, 0, FAIL_EPERM);
  }
  add(JUMP_EQUAL, 0, 4, facts.clone);
  add(LOAD_WORD, 0, 0, OFFSET_FIRST_ARGUMENT);
  add(JUMP_ANY_BIT, 0, 1, NAMESPACE_FLAGS);
  add(RETURN, 0, 0, FAIL_EPERM);
  add(RETURN, 0, 0, ALLOW);
  add(JUMP_EQUAL, 0, 4, facts.ioctl);
  add(LOAD_WORD, 0, 0, OFFSET_SECOND_ARGUMENT);
  add(JUMP_EQUAL, 1, 0, TIOCSTI);
  add(JUMP_EQUAL, 0, 1, TIOCLINUX);
  add(RETURN, 0, 0, FAIL_EPERM);
  add(RETURN, 0, 0, ALLOW);
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, ifTrue, ifFalse, value], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  });
  return bytes;
}
