import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { bunzip2 } from '../../src/common/archives/bunzip2';
import { unpackTar } from '../../src/common/archives/unpack';

const unpack = (packed: Buffer): Buffer => Buffer.concat([...bunzip2(packed)]);

/** Another program's work; on a machine for tests it has to be there. */
const pack = (content: Buffer, level = 9): Buffer =>
  spawnSync(
    'python3',
    [
      '-c',
      'import bz2,sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read(),int(sys.argv[1])))',
      String(level),
    ],
    {
      input: content,
      maxBuffer: 64 * 1024 * 1024,
    },
  ).stdout;
const withPython = process.env['CI'] === 'true' || spawnSync('python3', ['--version']).status === 0 ? it : it.skip;

/** `hello hello hello `, 300 times `a`, and each byte once. */
const SAMPLE =
  'QlpoOTFBWSZTWcmgB4sAADz/////////////////////////////////////////////sADNpkAAAAAAAAAABMAAAAAAAAAAAmAAAAAAAAAAAAAAAAAAEwEwYpGTATATAACYEwAAAABMAAAAAAAAACYBMTAAAAAAAjCYEwAAEwAAABJgAJgACYAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFQEBggKDA4QEhQWGBocHiAiJCYoKiwuMDI0Njg6PD5AQt4CRkhKTE5QUlTEWFhaXF5gWlxeYGJkZmhqbG5wcnR2eHp8foCChIaIioyOkJKUlpianJ6goqSmqKqsrrCytLa4urxwD5IPwAYggBjZGVpBZ2gMA9moKa2wLBbW4ABvCAXBQcXJzdHV2d3h5ent8fX5/gH+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLl5ufo6err7O3u7/Dx8vP/enr7e/x8zP1Of/7/P0XckU4UJDJoAeLA=';

describe('bzip2', () => {
  it('is unpacked', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(unpack(Buffer.from(SAMPLE, 'base64'))).toEqual(
      Buffer.concat([Buffer.from(`hello hello hello ${'a'.repeat(300)}`), all]),
    );
  });

  withPython('gives back what another program has packed, whatever it is', () => {
    const contents = [
      Buffer.alloc(0),
      Buffer.from('x'),
      ...[3, 4, 5, 8, 9, 255, 258, 259, 260, 700].map((length) => Buffer.alloc(length, 7)),
      Buffer.concat([Buffer.alloc(4, 1), Buffer.alloc(4, 2), Buffer.alloc(263, 3), Buffer.alloc(1, 3)]),
      randomBytes(120_000),
      Buffer.from(Array.from({ length: 150_000 }, (_, n) => ((n * n) % 251) & 0x1f)),
      Buffer.alloc(2_000_000, 'the kettle is blue and the cups stand on the shelf. '),
    ];
    for (const [index, content] of contents.entries())
      expect(unpack(pack(content, index % 2 === 0 ? 9 : 1)).equals(content)).toBe(true);
    expect(unpack(Buffer.concat([pack(Buffer.from('one ')), pack(Buffer.from('two'))])).toString()).toBe('one two');
  });

  withPython('is unpacked below a tar file, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-bzip2-'));
    try {
      const make = `import tarfile,io,sys
t=tarfile.open(fileobj=sys.stdout.buffer,mode='w|bz2')
for name,size in (('voice/model.onnx',1200000),('voice/tokens.txt',5)):
  i=tarfile.TarInfo(name); i.size=size; t.addfile(i,io.BytesIO(b'onnx '*(size//5)))
t.close()`;
      const { stdout } = spawnSync('python3', ['-c', make], { maxBuffer: 64 * 1024 * 1024 });
      const limits = { entries: 10, entryBytes: 2_000_000, totalBytes: 4_000_000, ratio: 100_000 };
      await unpackTar(Readable.from([stdout]), stdout.length, folder, { limits });
      expect(readFileSync(join(folder, 'voice/tokens.txt'), 'utf8')).toBe('onnx ');
      expect(statSync(join(folder, 'voice/model.onnx')).size).toBe(1_200_000);
      const small = { ...limits, totalBytes: 1000, entryBytes: 1000 };
      await expect(unpackTar(Readable.from([stdout]), stdout.length, folder, { limits: small })).rejects.toThrow(
        'more than',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that is damaged or cut off is refused', () => {
    const whole = Buffer.from(SAMPLE, 'base64');
    for (let length = 0; length < whole.length; length += 7)
      expect(() => unpack(whole.subarray(0, length))).toThrow('it is damaged');
    for (let at = 0; at < whole.length - 10; at++) {
      const wrong = Buffer.from(whole);
      wrong[at] = (wrong[at] ?? 0) ^ 0x10;
      expect(() => unpack(wrong)).toThrow(/damaged/);
    }
  });
});
