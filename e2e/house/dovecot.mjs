// A real Dovecot with one mailbox, for a journey by IMAP.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, freePort, run } from "./process.mjs";

const binary = ["/usr/sbin/dovecot", "/usr/bin/dovecot"].find(existsSync);

/** startDovecot serves the mailbox of user on a port of the loopback, without TLS. */
export async function startDovecot({ user = "help@desk.test", password = "correct horse" } = {}) {
  if (!binary) throw new Error("dovecot is not installed (Debian: dovecot-imapd)");
  // Paths of Unix sockets are limited to 108 bytes.
  const home = mkdtempSync(join(tmpdir(), "dove-"));
  chmodSync(home, 0o755);
  const maildir = join(home, "mail");
  const port = await freePort();
  const root = process.getuid() === 0;
  const name = execFileSync("id", ["-un"], { encoding: "utf8" }).trim();
  const group = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
  mkdirSync(join(maildir, "new"), { recursive: true });
  mkdirSync(join(maildir, "cur"));
  mkdirSync(join(maildir, "tmp"));
  writeFileSync(join(home, "users"), `${user}:{PLAIN}${password}\n`);
  // Dovecot gives root no mail: nobody owns it then.
  const [uid, gid] = root ? [65534, 65534] : [process.getuid(), process.getgid()];
  const conf = join(home, "dovecot.conf");
  writeFileSync(
    conf,
    `base_dir = ${home}/run
state_dir = ${home}/state
log_path = ${home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${maildir}
first_valid_uid = 1
mail_fsync = never
default_internal_user = ${root ? "dovecot" : name}
default_internal_group = ${root ? "dovecot" : group}
default_login_user = ${root ? "dovenull" : name}
passdb {
  driver = passwd-file
  args = ${home}/users
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${maildir}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`,
  );
  if (root) {
    execFileSync("chown", ["-R", `${uid}:${gid}`, maildir]);
  }
  let server;
  let delivered = 0;
  const start = async () => {
    server = run(binary, ["-F", "-c", conf]);
    await eventually("Dovecot answers", () => greeting(port));
  };
  const pause = async () => {
    server.child.kill("SIGTERM");
    await server.over;
  };
  const stop = async () => {
    await pause();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    const said = server.said.text;
    const log = existsSync(join(home, "log")) ? execFileSync("cat", [join(home, "log")], { encoding: "utf8" }) : "";
    await stop();
    throw new Error(`${error.message}\n${said}\n${log}`);
  }
  return {
    port,
    user,
    password,
    /** deliver puts a raw mail into the mailbox, as a mail server would. */
    deliver(raw) {
      delivered++;
      writeFileSync(join(maildir, "new", `${Math.floor(Date.now() / 1000)}.M${delivered}P${process.pid}.journey`), raw.replace(/\r?\n/g, "\r\n"));
    },
    /** seen counts the mails that were marked seen. */
    seen: () => readdirSync(join(maildir, "cur")).filter((file) => /:2,[A-Z]*S/.test(file)).length,
    /** pause ends the server; its mailbox stays, and resume serves it again. */
    pause,
    resume: start,
    stop,
  };
}

function greeting(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(10_000, () => socket.destroy(new Error("no greeting")));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("no greeting"))); // an answer that came before stands
    socket.once("data", (data) => {
      socket.end();
      resolve(String(data).startsWith("* OK"));
    });
  });
}
