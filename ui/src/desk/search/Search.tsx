import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "../../api/problem";
import type { SearchHit, SearchPage } from "../../api/types";
import { useCommands } from "../../app/keys";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Bone, Late } from "../../parts/Skeleton";
import { Failed, Quiet } from "../../parts/Trouble";
import { When } from "../../parts/When";
import { findQuery, pieces, type Sort, toggled } from "./find";
import { People } from "./People";
import css from "./Search.module.css";

const chips = ["is:unfinished", "is:unread", "is:resolved", "is:note", "has:attachment", "assignee:me"];
const filters = ["from", "to", "tag", "is", "has", "inbox", "team", "assignee", "before", "after", "number", "field"];

/** Everything that was ever said, by words and filters; the page's address holds the query. */
export function Search() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { q, sort } = useSearch({ from: "/inside/search" });
  const [text, setText] = useState(q);
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const typed = useTyped(text.trim(), q);
  const shown = typed || q;
  const found = useInfiniteQuery(findQuery(shown, sort, typed !== ""));
  const hits = found.data?.pages.flatMap((p) => p.items) ?? [];

  useEffect(() => {
    setText(q);
    setAt(-1);
  }, [q]);
  const ask = (next: string, by: Sort = sort) => void navigate({ to: "/search", search: { q: next.trim(), sort: by } });
  const step = (by: number) => {
    const next = Math.max(0, Math.min(hits.length - 1, at + by));
    setAt(next);
    list.current?.querySelectorAll("a")[next]?.focus();
  };
  useCommands([
    { id: "search.next", group: "go", label: t("search.next"), keys: ["j", "ArrowDown"], run: () => step(1) },
    { id: "search.previous", group: "go", label: t("search.previous"), keys: ["k", "ArrowUp"], run: () => step(-1) },
    { id: "search.field", group: "go", label: t("search.field"), keys: ["/"], run: () => field.current?.select() },
  ]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    ask(text);
  };

  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        <h1 className="unseen">{t("search.title")}</h1>
        <search>
          <form className={css.field} onSubmit={submit}>
            <Icon name="search" />
            <input
              ref={field}
              type="search"
              maxLength={500}
              // biome-ignore lint/a11y/noAutofocus: whoever came without a query wants to type one
              autoFocus={q === ""}
              aria-label={t("search.title")}
              placeholder={t("search.placeholder")}
              value={text}
              onChange={(e) => setText(e.target.value)}
              onKeyDown={(e) => {
                if (e.key !== "ArrowDown" || hits.length === 0) return;
                e.preventDefault();
                setAt(0);
                list.current?.querySelector("a")?.focus();
              }}
            />
            <Button type="submit">{t("search.go")}</Button>
          </form>
        </search>
        <div className={css.chips}>
          {chips.map((c) => (
            <button
              key={c}
              type="button"
              className={css.chip}
              aria-pressed={q.toLowerCase().split(/\s+/).includes(c)}
              onClick={() => ask(toggled(q, c))}
            >
              {t(`search.chip.${c.replace(":", "_")}`)}
            </button>
          ))}
          <button
            type="button"
            className={css.chip}
            aria-pressed={sort === "newest"}
            onClick={() => ask(q, sort === "newest" ? "best" : "newest")}
          >
            {t("search.newest")}
          </button>
        </div>
        {found.data?.pages[0]?.filling && (
          <p role="status" className={css.note}>
            {t("search.filling", { percent: found.data.pages[0].filled ?? 0 })}
          </p>
        )}
        <Results q={shown} typing={typed !== ""} found={found} hits={hits} list={list} />
        <Help open={shown === ""} />
      </div>
    </main>
  );
}

/** What was typed and not asked for yet, once the hands rest a moment: "" for nothing. */
function useTyped(text: string, asked: string): string {
  const [typed, setTyped] = useState("");
  useEffect(() => {
    const rest = setTimeout(() => setTyped(text === asked || text.length < 2 ? "" : text), 180);
    return () => clearTimeout(rest);
  }, [text, asked]);
  return text === asked ? "" : typed;
}

interface ResultsProps {
  q: string;
  typing: boolean;
  found: Finding;
  hits: SearchHit[];
  list: React.RefObject<HTMLUListElement | null>;
}

interface Finding {
  data: { pages: SearchPage[] } | undefined;
  isError: boolean;
  isPending: boolean;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
}

function Results({ q, typing, found, hits, list }: ResultsProps) {
  const { t } = useTranslation();
  const first = found.data?.pages[0];
  const next = () => void found.fetchNextPage();
  // Of what needs another look among older messages the reader decides.
  const near = useNear(hits.length > 0 && found.hasNextPage && !found.isFetchingNextPage, next);
  const more = found.hasNextPage && (
    <Button ref={near} className={css.more} loading={found.isFetchingNextPage} onClick={next}>
      {t("search.more")}
    </Button>
  );
  if (q === "") return null;
  if (found.isError && typing) return null; // a filter that is half typed
  if (found.isError) {
    const refused = isProblem(found.error, "invalid"); // asking the same again would change nothing
    const again = refused ? {} : { retry: () => void found.refetch() };
    return <Failed what={t("search.failed")} error={found.error} {...again} />;
  }
  if (found.isPending) {
    return (
      <Late>
        {[1, 2, 3].map((n) => (
          <div key={n} className={css.bones}>
            <Bone width="30%" />
            <Bone width={`${90 - n * 10}%`} />
          </div>
        ))}
      </Late>
    );
  }
  const people = first && first.customers.length + first.purchases.length > 0 && <People page={first} q={q} />;
  if (hits.length === 0 && found.hasNextPage) {
    return (
      <>
        {people}
        <p role="status" className={css.note}>
          {t("search.older")}
        </p>
        {more}
      </>
    );
  }
  if (hits.length === 0 && people) return people;
  if (hits.length === 0) {
    return (
      <Quiet icon="search" title={t("search.nothing")}>
        <p>{t("search.nothing_text")}</p>
      </Quiet>
    );
  }
  return (
    <>
      {people}
      {first && (
        <p role="status" className={css.note}>
          {t(first.more ? "search.found_more" : "search.found", { count: first.messages })}
        </p>
      )}
      <ul ref={list} className={css.list} aria-label={t("search.results")}>
        {hits.map((h) => (
          <Result key={h.conversation.id} hit={h} />
        ))}
      </ul>
      {more}
      {first?.newestOnly && <p className={css.note}>{t("search.newest_only")}</p>}
    </>
  );
}

/** useNear calls then once the element that it is given to comes near the window, where it should. */
function useNear(should: boolean, then: () => void) {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const call = useRef(then);
  call.current = then;
  useEffect(() => {
    if (!element || !should) return;
    const seen = new IntersectionObserver((all) => all.some((e) => e.isIntersecting) && call.current(), {
      rootMargin: "600px",
    });
    seen.observe(element);
    return () => seen.disconnect();
  }, [element, should]);
  return setElement;
}

function Result({ hit }: { hit: SearchHit }) {
  const { t } = useTranslation();
  const c = hit.conversation;
  const name = c.customerName || c.address || t("list.no_name");
  return (
    <li>
      <Link to="/view/$view/$number" params={{ view: "all", number: String(c.number) }} className={css.hit}>
        <Avatar name={name} seed={`customer:${c.customer}`} />
        <span className={css.words}>
          <span className={css.top}>
            <b className="cut">
              <Marked text={name} marks={c.customerName ? hit.customer : []} />
            </b>
            {c.attachments && <Icon name="clip" size={13} />}
            <When at={hit.at} as="age" className={css.age} />
          </span>
          <span className={`${css.subject} cut`}>
            #{c.number} · <Marked text={c.subject || t("list.no_subject")} marks={c.subject ? hit.subject : []} />
          </span>
          <span className={css.snippet}>
            {(hit.where === "note" || hit.where === "file") && (
              <i className={css.where}>{t(`search.in_${hit.where}`)}</i>
            )}
            {hit.file && hit.file !== hit.snippet && <b className={css.file}>{hit.file}</b>}
            <Marked text={hit.snippet} marks={hit.marks} />
          </span>
        </span>
      </Link>
    </li>
  );
}

function Marked({ text, marks }: { text: string; marks: readonly { start: number; end: number }[] }) {
  return pieces(text, marks).map((p, i) => (p.found ? <mark key={i}>{p.text}</mark> : <span key={i}>{p.text}</span>));
}

/** The query language on one card. */
function Help({ open }: { open: boolean }) {
  const { t } = useTranslation();
  return (
    <details className={css.help} open={open}>
      <summary>{t("search.help")}</summary>
      <dl>
        {["words", "phrase", "not", "begin", ...filters].map((f) => (
          <div key={f}>
            <dt>
              <code>{t(`search.example.${f}`)}</code>
            </dt>
            <dd>{t(`search.meaning.${f}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
