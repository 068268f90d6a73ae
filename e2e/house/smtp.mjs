// Both ends of SMTP (RFC 5321), as far as a journey needs them: a client that hands mail over, and a sink that takes what Tellus sends.
import { createServer, connect } from "node:net";
import { eventually } from "./process.mjs";

/** lines calls back for each line of a socket, without its CRLF. */
function lines(socket, each) {
  let rest = "";
  socket.setEncoding("latin1");
  socket.on("data", (text) => {
    rest += text;
    for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      each(line);
    }
  });
}

/** sendMail hands one mail over by SMTP and returns the server's answer to it. It throws where the server refuses. */
export function sendMail({ port, from, to, raw }) {
  const data = Buffer.from(raw.replace(/\r?\n/g, "\r\n"), "utf8").toString("latin1").replace(/^\./gm, "..");
  const steps = [
    ["EHLO journey.test", 250],
    [`MAIL FROM:<${from}>`, 250],
    ...[to].flat().map((address) => [`RCPT TO:<${address}>`, 250]),
    ["DATA", 354],
    [`${data}${data.endsWith("\r\n") ? "" : "\r\n"}.`, 250],
    ["QUIT", 221],
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let expected = 220;
    let answer = "";
    let step = 0;
    socket.setTimeout(60_000, () => socket.destroy(new Error("the receiver does not answer")));
    socket.once("error", reject);
    lines(socket, (line) => {
      if (line[3] === "-") return; // more to come
      if (Number(line.slice(0, 3)) !== expected) {
        socket.end();
        reject(new Error(`after ${step === 0 ? "connecting" : steps[step - 1][0].slice(0, 60)}: ${line}`));
        return;
      }
      if (step === steps.length - 1) answer = line;
      if (step === steps.length) {
        socket.end();
        resolve(answer);
        return;
      }
      expected = steps[step][1];
      socket.write(`${steps[step][0]}\r\n`, "latin1");
      step++;
    });
  });
}

/** startSink listens as a submission server that takes everything without asking who it is. */
export async function startSink() {
  const mails = [];
  let away = false;
  let refused = "";
  const open = new Set();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    if (away) {
      socket.destroy();
      return;
    }
    let mail = { from: "", to: [], raw: "" };
    let reading = false;
    const say = (line) => socket.write(`${line}\r\n`);
    socket.on("error", () => {}); // the other side may leave at any time
    say("220 sink.test ESMTP");
    lines(socket, (line) => {
      if (reading) {
        if (line !== ".") {
          mail.raw += `${line.startsWith(".") ? line.slice(1) : line}\r\n`;
          return;
        }
        reading = false;
        mails.push({ ...mail, raw: Buffer.from(mail.raw, "latin1").toString("utf8") });
        mail = { from: "", to: [], raw: "" };
        say(`250 2.0.0 kept as ${mails.length}`);
        return;
      }
      const command = line.toUpperCase();
      const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
      if (command.startsWith("EHLO")) {
        say("250-sink.test");
        say("250-8BITMIME");
        say("250-SMTPUTF8");
        say("250 ENHANCEDSTATUSCODES");
      } else if (command.startsWith("HELO") || command === "NOOP") say("250 2.0.0 ok");
      else if (command.startsWith("MAIL FROM:")) {
        mail = { from: address, to: [], raw: "" };
        say("250 2.1.0 ok");
      } else if (refused && command.startsWith("RCPT TO:")) say(refused);
      else if (command.startsWith("RCPT TO:")) {
        mail.to.push(address);
        say("250 2.1.5 ok");
      } else if (command === "DATA") {
        reading = true;
        say("354 go on");
      } else if (command === "RSET") {
        mail = { from: "", to: [], raw: "" };
        say("250 2.0.0 ok");
      } else if (command === "QUIT") {
        say("221 2.0.0 bye");
        socket.end();
      } else say("502 5.5.1 not here");
    });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    mails,
    /** goAway makes the sink hang up on whoever connects, until it is told otherwise. */
    goAway(yes) {
      away = yes;
    },
    /** refuse has the sink answer so to every recipient, such as "550 5.1.1 nobody here"; with "" it takes them again. */
    refuse(answer) {
      refused = answer;
    },
    /** take waits for a mail that fits, removes it and returns it. */
    take(what, fits) {
      return eventually(`the sink gets ${what}`, () => {
        const at = mails.findIndex(fits);
        return at < 0 ? undefined : mails.splice(at, 1)[0];
      }, 30_000);
    },
    stop() {
      away = true; // whoever is just about to connect must not keep it open
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy(); // a journey that failed may have left one
      return closed;
    },
  };
}
