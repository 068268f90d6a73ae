// A small believable desk for looking at the screens without a server. Never part of the product's build.
import type {
  Agent,
  Conversation,
  Customer,
  DeskEvent,
  Draft,
  Inbox,
  Message,
  Participant,
  Profile,
  Tag,
  Team,
} from "../src/api/types";

export const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

const agent = (id: number, name: string, email: string, role: Agent["role"], teams: number[]): Agent => ({
  id,
  name,
  email,
  role,
  language: "en",
  timeZone: "Europe/Riga",
  answers: [],
  active: true,
  teams,
  twoFactor: false,
  createdAt: at(90_000),
  version: 1,
});

export interface Held {
  row: Conversation;
  messages: Message[];
  activities: DeskEvent[];
  participants: Participant[];
  followers: number[];
  draft: Draft | null;
}

export interface Desk {
  profile: Profile;
  agents: Agent[];
  teams: Team[];
  inboxes: Inbox[];
  tags: Tag[];
  customers: Customer[];
  held: Held[];
  seq: number;
  last: number;
}

const pdf = (id: number, name: string, size: number) => ({ id, name, type: "application/pdf", size });

export function seed(rows: number): Desk {
  const agents = [
    agent(1, "Ilze Kalniņa", "ilze@example.lv", "owner", [1]),
    agent(2, "Tomas Butkus", "tomas@example.lt", "agent", [1]),
    agent(3, "Agnieszka Wójcik", "agnieszka@example.pl", "supervisor", [2]),
    agent(4, "Light Reader", "reader@example.lv", "light_agent", []),
  ];
  const desk: Desk = {
    profile: {
      ...agents[0]!,
      signature: "<p>Ilze Kalniņa<br>Klientu atbalsts</p>",
      permissions: [
        "conversation.read",
        "conversation.note",
        "conversation.write",
        "conversation.see_all",
        "conversation.restrict",
        "conversation.erase",
        "conversation.export",
        "tag.manage",
        "inbox.manage",
        "team.manage",
        "people.manage",
        "audit.read",
        "job.manage",
        "setting.manage",
      ],
      passkeys: 0,
      totp: false,
      theme: "system",
    },
    agents,
    teams: [
      { id: 1, name: "Complaints", leads: [], members: [1, 2], version: 1 },
      { id: 2, name: "Billing", leads: [], members: [3], version: 1 },
    ],
    inboxes: ["Info", "Sprzedaż", "Warehouse and returns of the whole Baltic region"].map((name, i) => ({
      id: i + 1,
      kind: "email",
      name,
      address: ["info@example.lv", "sprzedaz@example.pl", "returns@example.lt"][i]!,
      aliases: [],
      language: ["lv", "pl", "lt"][i]!,
      signature: "<p>Example SIA · +371 2000 0000</p>",
      teams: [],
      answerWithin: 240,
      active: true,
      version: 1,
    })),
    tags: [
      { id: 1, name: "Complaint", colour: "red", version: 1 },
      { id: 2, name: "Billing", colour: "grey", version: 1 },
      { id: 3, name: "offer-nov", colour: "violet", version: 1 },
      { id: 4, name: "correction", colour: "blue", version: 1 },
    ],
    customers: [],
    held: [],
    seq: 100,
    last: 1000,
  };

  const customer = (name: string, address: string, language: string): Customer => {
    const made: Customer = {
      id: desk.customers.length + 1,
      name,
      language,
      organisation: "",
      note: "",
      warnings: [],
      addresses: [{ id: desk.customers.length + 1, kind: address.startsWith("+") ? "phone" : "email", value: address }],
      fields: {},
      createdAt: at(600_000),
      version: 1,
    };
    desk.customers.push(made);
    return made;
  };

  const open = (c: Customer, subject: string, more: Partial<Conversation>, text: string, ago: number): Held => {
    const id = desk.held.length + 1;
    const held: Held = {
      row: {
        id,
        number: 10_500 - id,
        subject,
        status: "open",
        priority: 1,
        channel: "email",
        inbox: 1,
        customer: c.id,
        customerName: c.name,
        address: c.addresses[0]!.value,
        tags: [],
        fields: {},
        language: c.language,
        preview: text.slice(0, 160),
        previewBy: "customer",
        messages: 1,
        attachments: false,
        createdAt: at(ago),
        lastAt: at(ago),
        unread: false,
        version: 1,
        ...more,
      },
      messages: [],
      activities: [],
      participants: [{ customer: c.id, name: c.name, address: c.addresses[0]!.value, role: "requester" }],
      followers: [],
      draft: null,
    };
    desk.held.push(held);
    say(desk, held, { kind: "incoming", text, at: at(ago), language: c.language, raw: true });
    return held;
  };

  const marek = customer("Marek Kowalski", "marek.kowalski@example.pl", "pl");
  marek.organisation = "Kowalski i Synowie";
  marek.note = "Prefers answers in the morning.";
  const zane = customer("Zane Bērziņa", "zane@example.lv", "lv");
  const ruta = customer("Rūta Jankauskienė", "ruta@example.lt", "lt");
  const phone = customer("", "+371 2000 0000", "lv");
  const andris = customer("Andris Nagla", "andris@example.lv", "lv");
  const ola = customer("Ola Lis", "ola@example.com", "en");
  const long = customer(
    "Her Excellency Maria-Magdalena Wolfeschlegelsteinhausenbergerdorff of the Northern Provinces",
    "maria@a-very-long-name-of-a-domain-that-goes-on.example",
    "de",
  );

  const z = open(
    zane,
    "Order arrived incomplete, second time",
    { assignee: 1, team: 1, dueAt: at(12), tags: [1], priority: 2 },
    "Labdien! Pasūtījumā jau otro reizi trūka divu preču. Es zvanīju, bet neviens neatzvanīja. Lūdzu, atrisiniet šo.",
    38,
  );
  happen(desk, z, 37.9, "conversation.opened", { kind: "customer", id: zane.id }, { inbox: 1, spam: false });
  happen(desk, z, 36, "assignee.changed", { kind: "agent", id: 2 }, { from: 0, to: 1 });
  say(desk, z, {
    kind: "note",
    agent: 1,
    at: at(20),
    text: "Warehouse confirms: picker missed shelf B4 twice. @Tomas Butkus please ship today.",
    html: '<p>Warehouse confirms: picker missed shelf B4 twice. <span data-type="mention" data-id="2" class="mention">@Tomas Butkus</span> please ship today.</p>',
    mentions: [2],
  });
  say(desk, z, {
    kind: "outgoing",
    channel: "phone",
    agent: 1,
    at: at(14),
    text: "Agreed that both items go out by courier today.",
    html: "<p>Agreed that both items go out by courier today.</p>",
    record: { direction: "out", outcome: "agreed", seconds: 250 },
  });

  const m = open(
    marek,
    "Faktura FV/2026/1182 – inna cena niż w ofercie",
    {
      assignee: 1,
      inbox: 2,
      team: 2,
      dueAt: at(-48),
      tags: [2, 3],
      unread: true,
      attachments: true,
      deliveryTroubled: true,
    },
    "Dzień dobry,\nna fakturze jest 129 zł zamiast 99 zł z oferty z 3 listopada. Proszę o korektę.",
    56,
  );
  const first = m.messages[0]!;
  Object.assign(first, {
    rich: true,
    richFolded: true,
    remoteImages: 2,
    folded: Array.from({ length: 34 }, (_, i) => `> line ${i + 1} of what was said before`).join("\n"),
    to: [{ name: "Sprzedaż", address: "sprzedaz@example.pl" }],
    cc: [{ name: "Anna Nowak, księgowość", address: "ksiegowosc@example.pl" }],
    attachments: [
      { id: 11, name: "zdjecie.png", type: "image/png", size: 240_000 },
      pdf(12, "Oferta-0311.pdf", 86_016),
      pdf(13, "FV-2026-1182.pdf", 62_464),
      { id: 14, name: "faktura.pdf.exe", type: "application/octet-stream", size: 912_000, held: "double_extension" },
    ],
    verdicts: { spf: "softfail", dkim: "pass", dmarc: "fail", from: "example.pl" },
    threading: [{ code: "new", weight: 0 }],
    spamScore: 0.4,
    spamReasons: [{ code: "dmarc_fail", weight: 1.8, detail: "example.pl" }],
  });
  m.participants.push({ name: "Anna Nowak, księgowość", address: "ksiegowosc@example.pl", role: "cc", bounced: true });
  happen(desk, m, 55.9, "conversation.opened", { kind: "customer", id: marek.id }, { inbox: 2 });
  happen(desk, m, 55, "team.changed", { kind: "agent", id: 3 }, { from: 0, to: 2 });
  happen(desk, m, 54, "assignee.changed", { kind: "agent", id: 3 }, { from: 0, to: 1 });
  happen(desk, m, 53, "tag.added", { kind: "agent", id: 1 }, { tag: 2 });
  happen(desk, m, 53, "tag.added", { kind: "agent", id: 1 }, { tag: 3 });
  happen(desk, m, 52, "priority.changed", { kind: "agent", id: 1 }, { from: 1, to: 2 });
  happen(desk, m, 51, "priority.changed", { kind: "agent", id: 1 }, { from: 2, to: 1 });
  say(desk, m, {
    kind: "outgoing",
    agent: 1,
    at: at(38),
    text: "Dzień dobry, sprawdzam i wracam dziś z korektą.",
    html: "<p>Dzień dobry, sprawdzam i wracam dziś z korektą.</p>",
    to: [{ name: "Marek Kowalski", address: "marek.kowalski@example.pl" }],
    cc: [{ name: "Anna Nowak, księgowość", address: "ksiegowosc@example.pl" }],
    state: "bounced",
    deliveries: [
      { recipient: "marek.kowalski@example.pl", state: "sent", attempts: 1, updatedAt: at(38) },
      {
        recipient: "ksiegowosc@example.pl",
        state: "bounced",
        status: "5.2.2",
        error: "552 5.2.2 <ksiegowosc@example.pl>: mailbox is full",
        attempts: 1,
        updatedAt: at(37),
      },
    ],
  });
  say(desk, m, {
    kind: "incoming",
    text: "Dziękuję, czekam. Czy korekta będzie dziś?",
    at: at(3),
    language: "pl",
    raw: true,
  });
  const m2 = open(marek, "Invoice copy", { status: "resolved" }, "Proszę o kopię faktury.", 26_000);
  m2.row.previewBy = "agent";

  const r = open(
    ruta,
    "Pristatymo adreso keitimas",
    { inbox: 3, dueAt: at(-1500) },
    "Laba diena, ar galiu pakeisti pristatymo adresą? Užsakymas 55871.",
    2,
  );
  r.messages[0]!.invitation = {
    summary: "Pristatymas",
    start: at(-1440),
    end: at(-1380),
    location: "Vilnius, Gedimino pr. 9",
    organizer: "ruta@example.lt",
    method: "REQUEST",
  };
  const p = open(
    phone,
    "Voicemail, 0:41",
    { channel: "phone", snoozedUntil: at(-600), assignee: 1 },
    "Call-back asked for after 14:00",
    64,
  );
  p.messages[0]!.record = { direction: "in", outcome: "call_back", seconds: 41 };
  open(
    andris,
    "Thank you to the fitting team",
    { assignee: 2, status: "waiting" },
    "Paldies jūsu komandai! Viss izdevās lieliski.",
    130,
  );
  open(
    ola,
    "Can the app remember my filters?",
    { tags: [4] },
    "It would help a lot if the list remembered what I filtered by last time. See https://example.com/help?q=1 please.",
    190,
  );
  const l = open(
    long,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and some more words that never end",
    { assignee: 1, dueAt: at(-200), tags: [1, 2, 3, 4], restricted: true, priority: 3 },
    "Sehr geehrte Damen und Herren, anbei die Unterlagen.",
    300,
  );
  l.messages[0]!.automatic = "auto_reply";
  open(ola, "You have won", { spam: true }, "Congratulations, click here", 400);

  const subjects = [
    "Where is my order?",
    "Return of shoes",
    "Kur ir mans sūtījums?",
    "Reklamacja butów",
    "Sąskaita faktūra",
    "Damaged parcel",
  ];
  for (let i = 0; i < rows; i++) {
    const c = [zane, marek, ruta, andris, ola][i % 5]!;
    open(
      c,
      `${subjects[i % subjects.length]} (${i + 1})`,
      { dueAt: i % 3 ? at(-300 - i * 7) : null, assignee: i % 4 === 0 ? 1 : undefined, inbox: (i % 3) + 1 },
      "Please tell me more about it, I have been waiting for some days now.",
      400 + i * 11,
    );
  }
  return desk;
}

/** Adds a message to a conversation. */
export function say(desk: Desk, held: Held, m: Partial<Message>): Message {
  const incoming = m.kind === "incoming";
  const me = desk.agents.find((a) => a.id === m.agent);
  const inbox = desk.inboxes.find((i) => i.id === held.row.inbox)!;
  const full: Message = {
    id: ++desk.last,
    conversation: held.row.id,
    origin: held.row.id,
    kind: "incoming",
    channel: held.row.channel,
    authorKind: incoming ? "customer" : "agent",
    customer: incoming ? held.row.customer : undefined,
    from: incoming
      ? { name: held.row.customerName, address: held.row.address }
      : { name: me?.name, address: inbox.address },
    to: incoming ? [{ address: inbox.address }] : [],
    cc: [],
    bcc: [],
    at: new Date().toISOString(),
    text: "",
    attachments: [],
    ...m,
  };
  held.messages.push(full);
  held.row.messages = held.messages.length;
  held.row.lastAt = full.at;
  held.row.preview = full.text.slice(0, 160);
  held.row.previewBy = full.kind === "incoming" ? "customer" : full.kind === "note" ? "note" : "agent";
  held.row.version++;
  return full;
}

/** Adds an activity to a conversation. */
export function happen(
  desk: Desk,
  held: Held,
  ago: number,
  kind: string,
  by: DeskEvent["by"],
  data?: Record<string, unknown>,
): DeskEvent {
  const event: DeskEvent = {
    seq: ++desk.seq,
    at: at(ago),
    by,
    kind,
    subjectKind: "conversation",
    subject: held.row.id,
    conversation: held.row.id,
    data,
  };
  held.activities.push(event);
  return event;
}
