import { useEffect, useRef, useState } from "preact/hooks";
import { type Config, type Fault, type Field, faultsOf, nothing, type Written } from "./config";
import { keepDraft } from "./draft";
import { Files } from "./Files";
import { freshTicket, send } from "./send";
import { isToForm, tell } from "./talk";

/** The contact form: what the server drew, with files that can be taken back, faults at their fields, and words that are never lost. */
export function Form({ config, begin }: { config: Config; begin: Written }) {
  const [written, setWritten] = useState(begin);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [notice, setNotice] = useState("");
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);
  const around = useAround(config);
  const trap = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const t = (key: string) => config.words[key] ?? key;
  const faultAt = (field: Field) => {
    const found = faults.find((f) => f.field === field);
    return found && t(`fault.${field}_${found.code}`);
  };
  const set = (change: Partial<Written>) => {
    const next = { ...written, ...change };
    setWritten(next);
    keepDraft(config.home, next);
    setFaults((old) => old.filter((f) => !(f.field in change)));
  };
  const refuse = (found: Fault[], why: string) => {
    setFaults(found);
    setNotice(why);
    const first = found[0]?.field;
    // After the field has got its fault, so that both are read out together.
    if (first) setTimeout(() => box.current?.querySelector<HTMLElement>(`#${first}`)?.focus());
  };
  const submit = async () => {
    if (busy) return; // a second click while the first is under way
    const found = faultsOf(written, config);
    if (found.length > 0) return refuse(found, "faults");
    setBusy(true);
    setNotice("");
    const answer = await send(written, config, around.page, trap.current?.value ?? "");
    setBusy(false);
    if (!answer.sent) return refuse(answer.faults ?? [], answer.notice ?? "failed");
    keepDraft(config.home, nothing);
    setWritten({ ...nothing, name: written.name, email: written.email });
    setSent(true);
  };
  const again = async () => {
    config.ticket = await freshTicket(config);
    setSent(false);
  };
  const text = (field: "name" | "email" | "subject", asked: string) => ({
    id: field,
    label: t(field),
    optional: asked === "optional" ? t("optional") : "",
    fault: faultAt(field),
    most: config.most[field],
    value: written[field],
    change: (value: string) => set({ [field]: value }),
  });

  return (
    <div ref={box} class="box">
      {around.modal && (
        <button type="button" class="close" aria-label={t("close")} onClick={() => tell({ tellus: "close" })}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M5 5l10 10M15 5L5 15" />
          </svg>
        </button>
      )}
      {sent ? (
        <Thanks title={t("sent_title")} text={t("sent_text")} another={t("another")} again={() => void again()} />
      ) : (
        <form
          class="form"
          noValidate
          aria-busy={busy}
          onSubmit={(e) => {
            e.preventDefault();
            void submit();
          }}
        >
          <h1>{t("title")}</h1>
          <p class="greeting">{config.greeting}</p>
          {config.hours && (
            <p class="hours" data-open={config.hours.open || undefined}>
              {config.hours.text}
            </p>
          )}
          <p class="notice" role="alert" hidden={!notice}>
            {notice && t(`notice.${notice}`)}
          </p>
          {config.name !== "off" && <Line {...text("name", config.name)} complete="name" />}
          <Line {...text("email", "required")} kind="email" complete="email" />
          {config.subject !== "off" && <Line {...text("subject", config.subject)} complete="off" />}
          <div class="field">
            <label for="message">{t("message")}</label>
            <textarea
              id="message"
              rows={6}
              maxLength={config.most.message}
              value={written.message}
              onInput={(e) => set({ message: e.currentTarget.value })}
              required
              aria-invalid={Boolean(faultAt("message"))}
              aria-describedby={faultAt("message") && "message-fault"}
            />
            <Wrong id="message" fault={faultAt("message")} />
          </div>
          {config.files && (
            <Files files={written.files} fault={faultAt("files")} t={t} change={(files) => set({ files })} />
          )}
          <div class="trap" aria-hidden="true">
            <label>
              {t("trap")} <input ref={trap} name={config.trap} tabIndex={-1} autocomplete="off" />
            </label>
          </div>
          <div class="end">
            <button type="submit" aria-disabled={busy}>
              {busy ? t("sending") : t("send")}
            </button>
            {config.privacy && (
              <a href={config.privacy} target="_blank" rel="noopener">
                {t("privacy")}
              </a>
            )}
          </div>
        </form>
      )}
    </div>
  );
}

interface LineProps {
  id: string;
  label: string;
  optional: string;
  fault: string | undefined;
  most: number;
  value: string;
  change: (value: string) => void;
  kind?: "text" | "email";
  complete: string;
}

function Line({ id, label, optional, fault, most, value, change, kind = "text", complete }: LineProps) {
  return (
    <div class="field">
      <label for={id}>
        {label} {optional && <span class="optional">{optional}</span>}
      </label>
      <input
        id={id}
        name={id}
        type={kind}
        autocomplete={complete as "off"}
        maxLength={most}
        value={value}
        onInput={(e) => change(e.currentTarget.value)}
        required={!optional}
        aria-invalid={Boolean(fault)}
        aria-describedby={fault && `${id}-fault`}
      />
      <Wrong id={id} fault={fault} />
    </div>
  );
}

export function Wrong({ id, fault }: { id: string; fault: string | undefined }) {
  return fault ? (
    <p class="fault" id={`${id}-fault`}>
      {fault}
    </p>
  ) : null;
}

function Thanks({ title, text, another, again }: { title: string; text: string; another: string; again: () => void }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <div class="sent">
      <h1 ref={head} tabIndex={-1}>
        {title}
      </h1>
      <p>{text}</p>
      <p>
        <button type="button" class="plain" onClick={again}>
          {another}
        </button>
      </p>
    </div>
  );
}

/** What the page around the frame says: where it is, and whether the form lies over it. */
function useAround(config: Config): { page: string; modal: boolean } {
  const [around, setAround] = useState({ page: "", modal: false });
  useEffect(() => {
    if (!config.frame || window.parent === window) return;
    const hear = (e: MessageEvent) => {
      if (e.source !== window.parent || !isToForm(e.data)) return;
      setAround({ page: String(e.data.page).slice(0, 1000), modal: Boolean(e.data.modal) });
      if (e.data.modal) document.querySelector<HTMLElement>("input, textarea, h1[tabindex]")?.focus();
    };
    const press = (e: KeyboardEvent) => {
      if (e.key === "Escape" && !e.isComposing) tell({ tellus: "close" });
    };
    const size = new ResizeObserver(() => tell({ tellus: "height", height: document.documentElement.offsetHeight }));
    size.observe(document.documentElement);
    window.addEventListener("message", hear);
    window.addEventListener("keydown", press);
    tell({ tellus: "ready" });
    return () => {
      size.disconnect();
      window.removeEventListener("message", hear);
      window.removeEventListener("keydown", press);
    };
  }, [config]);
  return around;
}
