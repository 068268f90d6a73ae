import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ContactHours, Customer } from "../api/types";
import { useMay } from "../app/session";
import { type Against, type Field, fieldOf, useCustomerChange, type Values } from "../desk/customer/change";
import { wallOf } from "../i18n/zone";
import { Clashing } from "../parts/Clashing";
import { inWords } from "../parts/trouble";
import { birthday } from "./birthday";
import css from "./Customers.module.css";

const ways = ["email", "phone", "letter"] as const;
const days = [1, 2, 3, 4, 5, 6, 7];

/** How and when a customer likes to be reached, his zone and his birthday; to read and to edit. */
export function Facts({ customer: c }: { customer: Customer }) {
  const { t, i18n } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const [editing, setEditing] = useState(false);
  const clock = c.timeZone ? wallOf(Date.now(), c.timeZone) : undefined;
  const two = (n: number) => String(n).padStart(2, "0");
  const rows: [string, string][] = [
    [t("customers.prefers"), c.prefers ? t(`customers.way_${c.prefers}`) : ""],
    [
      t("customers.hours"),
      c.hours
        ? [t("customer.between", { from: c.hours.from, to: c.hours.to }), daysOf(c.hours, i18n.language)]
            .filter(Boolean)
            .join(", ")
        : "",
    ],
    [
      t("customers.zone"),
      clock ? t("customers.zone_now", { zone: c.timeZone, time: `${two(clock.hour)}:${two(clock.minute)}` }) : "",
    ],
    [t("customers.birthday"), birthday(c.birthday, i18n.language)],
  ];
  return (
    <>
      <h2>
        {t("customers.about")}
        {mayWrite && (
          <button type="button" aria-expanded={editing} onClick={() => setEditing(!editing)}>
            {t(editing ? "common.close" : "common.edit")}
          </button>
        )}
      </h2>
      {editing ? (
        <Edit customer={c} done={() => setEditing(false)} />
      ) : (
        <dl className={css.facts}>
          {rows.map(([what, value]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{value || "–"}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

/** 5 January 2026 was a Monday. */
const dayName = (day: number, locale: string) =>
  new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2026, 0, 4 + day));

const daysOf = (h: ContactHours, locale: string) => h.days.map((d) => dayName(d, locale)).join(", ");

const labels = {
  prefers: "customers.prefers",
  hours: "customers.hours",
  timeZone: "customers.zone",
  birthday: "customers.birthday",
} as const;

function Edit({ customer, done }: { customer: Customer; done: () => void }) {
  const { t, i18n } = useTranslation();
  const save = useCustomerChange();
  const [base, setBase] = useState(customer);
  const [prefers, setPrefers] = useState<string>(customer.prefers ?? "");
  const [zone, setZone] = useState(customer.timeZone ?? "");
  const [born, setBorn] = useState(customer.birthday ?? "");
  const [hours, setHours] = useState<ContactHours>(customer.hours ?? { from: "", to: "", days: [] });
  const [clash, setClash] = useState<Against>();
  const [problem, setProblem] = useState("");

  async function keep() {
    const wanted: Values = {};
    if (prefers !== fieldOf(base, "prefers")) wanted.prefers = prefers;
    if (zone.trim() !== fieldOf(base, "timeZone")) wanted.timeZone = zone.trim();
    if (born.trim() !== fieldOf(base, "birthday")) wanted.birthday = born.trim();
    if (JSON.stringify(hours) !== JSON.stringify(base.hours ?? { from: "", to: "", days: [] })) wanted.hours = hours;
    if (Object.keys(wanted).length === 0) return done();
    setProblem("");
    try {
      const against = await save(base, wanted);
      if (!against) return done();
      setBase(against.theirs);
      setClash(against);
    } catch (err) {
      setProblem(inWords(t, err));
    }
  }

  const said = (c: Customer, f: Field) => {
    if (f === "hours")
      return c.hours
        ? [t("customer.between", { from: c.hours.from, to: c.hours.to }), daysOf(c.hours, i18n.language)]
            .filter(Boolean)
            .join(", ")
        : "";
    if (f === "birthday") return birthday(c.birthday, i18n.language);
    return f === "prefers" && c.prefers ? t(`customers.way_${c.prefers}`) : fieldOf(c, f);
  };
  const shown = {
    ...customer,
    prefers: prefers as Customer["prefers"],
    timeZone: zone.trim(),
    birthday: born.trim(),
    hours,
  };

  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        void keep();
      }}
    >
      <label>
        {t("customers.prefers")}
        <select value={prefers} onChange={(e) => setPrefers(e.target.value)}>
          <option value="">–</option>
          {ways.map((w) => (
            <option key={w} value={w}>
              {t(`customers.way_${w}`)}
            </option>
          ))}
        </select>
      </label>
      <div className={css.pair}>
        <label>
          {t("customers.from")}
          <input type="time" value={hours.from} onChange={(e) => setHours({ ...hours, from: e.target.value })} />
        </label>
        <label>
          {t("customers.to")}
          <input
            type="time"
            value={hours.to === "24:00" ? "23:59" : hours.to}
            onChange={(e) => setHours({ ...hours, to: e.target.value })}
          />
        </label>
      </div>
      <fieldset className={css.days} aria-label={t("customers.days")}>
        {days.map((d) => (
          <button
            key={d}
            type="button"
            aria-pressed={hours.days.includes(d)}
            onClick={() =>
              setHours({
                ...hours,
                days: hours.days.includes(d) ? hours.days.filter((x) => x !== d) : [...hours.days, d].sort(),
              })
            }
          >
            {dayName(d, i18n.language)}
          </button>
        ))}
      </fieldset>
      <label>
        {t("customers.zone")}
        <input
          list="customer-zones"
          value={zone}
          maxLength={60}
          placeholder="Europe/Riga"
          onChange={(e) => setZone(e.target.value)}
        />
        <datalist id="customer-zones">
          {Intl.supportedValuesOf("timeZone").map((z) => (
            <option key={z} value={z} />
          ))}
        </datalist>
      </label>
      <label>
        {t("customers.birthday")}
        <input value={born} maxLength={10} placeholder="1984-05-31" onChange={(e) => setBorn(e.target.value)} />
      </label>
      {clash && (
        <Clashing
          sides={clash.fields.map((f) => ({
            label: t(labels[f as keyof typeof labels]),
            theirs: said(clash.theirs, f),
            mine: said(shown, f),
          }))}
          by={clash.by}
          at={clash.at}
          takeTheirs={done}
        />
      )}
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
      <Button type="submit" variant="filled">
        {t(clash ? "customer.replace" : "common.save")}
      </Button>
    </form>
  );
}
