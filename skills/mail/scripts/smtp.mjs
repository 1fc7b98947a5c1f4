// Sending one mail (RFC 5321).
import { Connection, checkPrivate } from './connection.mjs';

export async function sendMail(server, user, password, { from, to, content }) {
  const connection = new Connection(server);
  const said = async (...expected) => {
    const lines = [];
    do lines.push(await connection.line());
    while (/^\d{3}-/.test(lines.at(-1)));
    if (!expected.includes(Number(lines.at(-1).slice(0, 3)))) throw new Error(`the server refuses: ${lines.at(-1)}`);
    return lines.map((line) => line.slice(4));
  };
  const ask = (line, ...expected) => {
    connection.write(`${line}\r\n`);
    return said(...expected);
  };
  await connection.open();
  try {
    await said(220);
    let offers = await ask('EHLO localhost', 250);
    if (!server.secure) {
      const canEncrypt = offers.some((line) => /^STARTTLS$/i.test(line));
      checkPrivate(server, canEncrypt);
      if (canEncrypt) {
        await ask('STARTTLS', 220);
        await connection.secure();
        offers = await ask('EHLO localhost', 250);
      }
    }
    if (offers.some((line) => /^AUTH\b.*\bPLAIN\b/i.test(line)))
      await ask(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`, 235);
    else if (offers.some((line) => /^AUTH\b.*\bLOGIN\b/i.test(line))) {
      await ask('AUTH LOGIN', 334);
      await ask(Buffer.from(user).toString('base64'), 334);
      await ask(Buffer.from(password).toString('base64'), 235);
    }
    await ask(`MAIL FROM:<${from}>`, 250);
    // All of them or none: a mail that reaches half of its people is hard to take back.
    for (const address of to) await ask(`RCPT TO:<${address}>`, 250, 251);
    await ask('DATA', 354);
    const [accepted] = await ask(
      `${content
        .replace(/\r?\n/g, '\r\n')
        .replace(/^\./gm, '..')
        .replace(/(\r\n)*$/, '')}\r\n.`,
      250,
    );
    connection.write('QUIT\r\n');
    return accepted;
  } finally {
    connection.close();
  }
}
