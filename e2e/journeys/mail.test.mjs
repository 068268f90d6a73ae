// A mail comes in, the answer goes out, and the customer's reply lands in the same conversation: by the built-in receiver and by a real
// Dovecot, on SQLite and on PostgreSQL. What people see of it is in desk.test.mjs.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Api, ann, inbox } from "../house/api.mjs";
import { startDovecot } from "../house/dovecot.mjs";
import { compose, header, parts, text } from "../house/mail.mjs";
import { eventually } from "../house/process.mjs";
import { sendMail, startSink } from "../house/smtp.mjs";
import { undoSeconds } from "../house/start.mjs";
import { startTellus } from "../house/tellus.mjs";

const janis = { name: "Jānis Ozols", address: "janis@home.test" };

/** ways in which a mail reaches the desk. */
const ways = {
  "the built-in receiver": async (desk) => ({
    receive: { method: "smtp" },
    deliver: (mail) => sendMail({ port: desk.smtpPort, from: janis.address, to: "help@desk.test", raw: mail.raw }),
    stop: () => {},
  }),
  "a real Dovecot": async () => {
    const dovecot = await startDovecot();
    return {
      receive: { method: "imap", host: "127.0.0.1", port: dovecot.port, security: "none", user: dovecot.user, auth: "password" },
      secret: dovecot.password,
      deliver: async (mail) => dovecot.deliver(mail.raw),
      stop: () => dovecot.stop(),
    };
  },
};

for (const store of ["sqlite", "postgres"]) {
  // Each has a server of its own, and most of their time is waiting.
  describe(`mail, kept on ${store}`, { concurrency: true, skip: store === "postgres" && !process.env.TELLUS_TEST_POSTGRES && "TELLUS_TEST_POSTGRES is not set" }, () => {
    const stops = [];
    after(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    for (const [way, open] of Object.entries(ways)) {
      it(`comes by ${way}, is answered, and the reply finds its conversation`, async () => {
        const desk = await startTellus({ store });
        stops.push(() => desk.stop());
        const sink = await startSink();
        stops.push(() => sink.stop());
        const by = await open(desk);
        stops.push(() => by.stop());
        const api = new Api(desk.url);
        await api.setUp(await desk.setupLink(), ann);
        await undoSeconds(api, 0);
        await api.post("/inboxes", { ...inbox({ sink, receive: by.receive }), ...(by.secret ? { receiveSecret: by.secret } : {}) });

        await eventually("the inbox is connected", async () => (await api.get("/inboxes/health")).items.every((h) => h.state === "ok"));
        const first = compose({
          from: `=?utf-8?Q?J=C4=81nis_Ozols?= <${janis.address}>`,
          to: "help@desk.test",
          subject: "Kur ir pasūtījums 4471?",
          text: "Labdien!\n\nKur ir mans pasūtījums 4471?\n\nJānis",
        });
        await by.deliver(first);
        const row = await eventually("the mail is a conversation", async () => (await api.get("/conversations?view=unassigned")).items[0]);
        assert.equal(row.subject, "Kur ir pasūtījums 4471?");
        assert.equal(row.customerName, janis.name);
        assert.equal(row.status, "new");
        assert.equal(row.language, "lv");

        const opened = await api.get(`/conversations/${row.id}`);
        const seen = opened.timeline.messages.at(-1).id;
        await api.post(
          `/conversations/${row.id}/replies`,
          { html: "<p>Labdien! Tas ir <b>ceļā</b> 👟</p>", to: opened.replyTo.to, cc: [], bcc: [], attachments: [], seen, then: "waiting", quote: true },
          { "Idempotency-Key": "answer-1" },
        );
        const answer = await sink.take("the answer", (m) => m.to.includes(janis.address));
        assert.equal(header(answer.raw, "In-Reply-To"), first.id);
        assert.ok(header(answer.raw, "References").includes(first.id));
        assert.equal(header(answer.raw, "Subject"), `Re: Kur ir pasūtījums 4471? [#${row.number}]`);
        assert.match(header(answer.raw, "From"), /Liepa Shoes.*<help@desk\.test>/);
        assert.match(text(answer.raw), /Tas ir ceļā 👟/);
        assert.match(text(answer.raw), /> Kur ir mans pasūtījums 4471\?/);
        assert.ok(parts(answer.raw).some((p) => p.type === "text/html" && p.text.includes("<b>ceļā</b>")), "the answer has no HTML");
        await eventually("the answer counts as sent", async () =>
          (await api.get(`/conversations/${row.id}`)).timeline.messages.find((m) => m.kind === "outgoing")?.state === "sent",
        );

        await by.deliver(
          compose({
            from: `Janis Ozols <${janis.address}>`,
            to: "help@desk.test",
            subject: "Re: Kur ir pasūtījums 4471?",
            text: "Paldies!\n\n2026. gada 2. martā Liepa Shoes rakstīja:\n> Labdien! Tas ir ceļā",
            extra: { "In-Reply-To": header(answer.raw, "Message-ID"), References: `${first.id} ${header(answer.raw, "Message-ID")}` },
          }),
        );
        const again = await eventually(
          "the reply is in the conversation",
          async () => {
            const now = await api.get(`/conversations/${row.id}`);
            return now.timeline.messages.length === 3 ? now : undefined;
          },
          30_000,
        );
        const reply = again.timeline.messages.at(-1);
        assert.equal(reply.text.trim(), "Paldies!");
        assert.match(reply.folded, /Tas ir ceļā/);
        assert.equal(again.conversation.status, "open");
        assert.equal((await api.get("/conversations?view=all")).items.length, 1);
        assert.equal(sink.mails.length, 0, "something else was sent");
        assert.doesNotMatch(desk.said, /panic|level=ERROR/);
      });
    }

    // The pause before the second try takes a minute; once is enough.
    it("is sent later where the server is away, once", { skip: store !== "sqlite" && "shown on SQLite" }, async () => {
      const desk = await startTellus({ store });
      stops.push(() => desk.stop());
      const sink = await startSink();
      stops.push(() => sink.stop());
      const api = new Api(desk.url);
      await api.setUp(await desk.setupLink(), ann);
      await undoSeconds(api, 0);
      const box = await api.post("/inboxes", inbox({ sink }));
      sink.goAway(true);
      const opened = await api.post("/conversations", {
        inbox: box.id, to: [janis], cc: [], bcc: [], subject: "Your shoes", html: "<p>They are ready.</p>", attachments: [], then: "waiting",
      });
      const id = opened.conversation.id;
      const state = async () => (await api.get(`/conversations/${id}`)).timeline.messages[0];
      await eventually("a try has failed", async () => (await state()).deliveries?.some((d) => d.attempts > 0));
      assert.equal(await desk.end(), 0, "the server does not stop cleanly");
      await desk.start();
      sink.goAway(false);
      await eventually("it was sent", async () => (await state()).state === "sent", 90_000);
      assert.equal(sink.mails.length, 1);
    });
  });
}
