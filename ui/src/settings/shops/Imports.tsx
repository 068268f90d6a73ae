import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { base, get, post } from "../../api/client";
import { Problem } from "../../api/problem";
import type { components } from "../../api/schema";
import { useMe } from "../../app/session";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { When } from "../../parts/When";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { Match } from "./Match";

export type Import = components["schemas"]["PurchaseImport"];
export type Preview = components["schemas"]["PurchasePreview"];
type Refusal = components["schemas"]["PurchaseRefusal"];
export interface Uploaded {
  import: Import;
  preview: Preview;
}

const importsQuery = {
  queryKey: ["import", "all"],
  queryFn: () => get<{ items: Import[] }>("/imports").then((l) => l.items),
};

async function send(file: File): Promise<Uploaded> {
  const body = new FormData();
  body.append("file", file);
  const answer = await fetch(`${base}/imports`, { method: "POST", body, credentials: "same-origin" });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(answer.status, said);
  return said as Uploaded;
}

/** Purchases from files: choose one, say what its columns hold, see how it goes. */
export default function Imports() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const imports = useQuery(importsQuery);
  const input = useRef<HTMLInputElement>(null);
  const [reading, setReading] = useState(false);
  const [uploaded, setUploaded] = useState<Uploaded>();

  async function upload(file: File) {
    setReading(true);
    try {
      const made = await send(file);
      const { mapping } = made.preview;
      made.preview.mapping = {
        ...mapping,
        zone: mapping.zone || me.timeZone || "UTC",
        currency: mapping.currency || "EUR",
      };
      setUploaded(made);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    } finally {
      setReading(false);
    }
  }
  const renew = () => client.invalidateQueries({ queryKey: ["import"] });

  return (
    <Page
      title={t("settings.imports.title")}
      about={t("purchase.import_about")}
      acts={
        <>
          <input
            ref={input}
            type="file"
            className="unseen"
            accept=".csv,.tsv,.txt,text/csv"
            aria-label={t("purchase.import_choose")}
            onChange={(e) => {
              const file = e.target.files?.[0];
              e.target.value = "";
              if (file) void upload(file);
            }}
          />
          <Button variant="filled" loading={reading} onClick={() => input.current?.click()}>
            {t("purchase.import_choose")}
          </Button>
        </>
      }
    >
      {uploaded && (
        <Match
          uploaded={uploaded}
          done={() => {
            setUploaded(undefined);
            void renew();
          }}
        />
      )}
      {imports.isPending && <Bones rows={2} />}
      {imports.error && (
        <Failed what={t("purchase.import_failed")} error={imports.error} retry={() => void imports.refetch()} />
      )}
      {imports.data?.length === 0 && !uploaded && <Quiet icon="list" title={t("purchase.import_none")} />}
      {imports.data && imports.data.length > 0 && (
        <Section flush>
          {imports.data
            .filter((i) => i.id !== uploaded?.import.id)
            .map((i) => (
              <Row key={i.id} one={i} renew={renew} />
            ))}
        </Section>
      )}
    </Page>
  );
}

const words: Record<Import["state"], string> = {
  waiting: "waiting",
  running: "running",
  done: "finished",
  cancelled: "cancelled",
  broken: "broken",
};

function Row({ one: i, renew }: { one: Import; renew: () => Promise<void> }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const going = i.state === "running" || i.state === "waiting";
  async function stop() {
    try {
      await post(`/imports/${i.id}/cancel`, {});
      await renew();
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  return (
    <div className={`${list.row} ${list.wrap}`}>
      <div className={list.body}>
        <div className={list.name}>
          {i.name}{" "}
          <Pill tone={i.state === "done" ? "ok" : i.state === "broken" ? "late" : "grey"}>
            {t(`purchase.import_${words[i.state]}`, { problem: t(`form.refusal.${i.problem || "no_table"}`) })}
          </Pill>
        </div>
        {i.state === "running" && (
          <progress max={i.size || 1} value={i.read} aria-label={t("purchase.import_running")} />
        )}
        {i.state !== "waiting" && (
          <div className={list.more}>
            {t("purchase.import_done", { made: i.made, changed: i.changed, same: i.same, refused: i.refused })}
          </div>
        )}
        <div className={list.quiet}>
          <When at={i.createdAt} />
        </div>
        {open && <Refused id={i.id} />}
      </div>
      {i.refused > 0 && (
        <>
          <Button aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("purchase.import_refused")}
          </Button>
          <Button component="a" href={`${base}/imports/${i.id}/refused.csv`} download>
            {t("purchase.import_refused_get")}
          </Button>
        </>
      )}
      {going && (
        <Button onClick={() => void stop()}>
          {t(i.state === "waiting" ? "purchase.import_drop" : "purchase.import_cancel")}
        </Button>
      )}
    </div>
  );
}

/** The first rows that were refused, each with why. */
function Refused({ id }: { id: number }) {
  const { t } = useTranslation();
  const rows = useQuery({
    queryKey: ["import", id, "refused"],
    queryFn: () => get<{ items: Refusal[] }>(`/imports/${id}/refusals`).then((l) => l.items),
  }).data;
  return (
    <ul>
      {rows?.map((r) => (
        <li key={r.line} className={list.quiet}>
          {t("purchase.import_line", { line: r.line })}: {t(`form.refusal.${r.why}`, { what: r.what, n: r.what })}
        </li>
      ))}
    </ul>
  );
}
