import { Button, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../api/client";
import { isProblem } from "../api/problem";
import type { Profile } from "../api/types";
import { firstLanguage } from "../i18n/languages";
import { Bone, Late } from "../parts/Skeleton";
import { TextField } from "../settings/form/fields";
import { NewPassword } from "../settings/form/NewPassword";
import { type Refused, refused, type T } from "../settings/form/refusal";
import { browserZone } from "../settings/form/zones";
import { Door, Said } from "./Door";
import css from "./door.module.css";
import { enter, type Method } from "./enter";
import { SecondFactor } from "./SecondFactor";
import { doorWords } from "./words";

interface LinkInfo {
  purpose: "invitation" | "reset" | "setup";
  email: string;
  name: string;
}

/** An invitation or a password reset, by the link of a mail. */
export function AcceptLink() {
  const { token = "" } = useParams({ strict: false });
  const link = useQuery({
    queryKey: ["link", token],
    queryFn: ({ signal }) => get<LinkInfo>(`/links/${encodeURIComponent(token)}`, undefined, signal),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (link.isPending) {
    return (
      <Door title="Tellus">
        <Late>
          <Bone width="60%" height={18} />
        </Late>
      </Door>
    );
  }
  if (link.error || link.data.purpose === "setup") return <Over error={link.error} retry={() => void link.refetch()} />;
  return <ChoosePassword token={token} info={link.data} />;
}

function Over({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const gone = !error || isProblem(error, "gone") || isProblem(error, "not_found");
  if (!gone) {
    return (
      <Door title={t("door.link.failed")}>
        <Said words={doorWords(t, error)} />
        <Button onClick={retry}>{t("common.again")}</Button>
      </Door>
    );
  }
  return (
    <Door title={t("door.link.over")} about={t("door.link.over_about")}>
      <p>{t("door.link.over_reset")}</p>
      <p>{t("door.link.over_invitation")}</p>
      <Button component={Link} to="/forgot" variant="filled" className={css.go}>
        {t("door.link.new")}
      </Button>
      <div className={css.links}>
        <Link to="/sign-in">{t("door.forgot.back")}</Link>
      </div>
    </Door>
  );
}

function ChoosePassword({ token, info }: { token: string; info: LinkInfo }) {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const invited = info.purpose === "invitation";
  const [name, setName] = useState(info.name);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Refused>({ fields: {}, whole: "" });
  const [methods, setMethods] = useState<Method[]>();
  const [over, setOver] = useState<unknown>();

  async function arrived(profile: Profile) {
    await enter(profile, setColorScheme);
    router.history.push("/app/");
  }

  async function go(e: FormEvent) {
    e.preventDefault();
    if (invited && !name.trim()) return setWrong({ fields: { name: t("form.refusal.needed") }, whole: "" });
    setBusy(true);
    try {
      const more = invited
        ? { name: name.trim(), language: i18n.language || firstLanguage(), timeZone: browserZone() }
        : {};
      await arrived(await post<Profile>(`/links/${encodeURIComponent(token)}`, { password, ...more }));
    } catch (err) {
      if (isProblem(err, "second_factor")) setMethods((err.details as { methods?: Method[] })?.methods ?? []);
      else if (isProblem(err, "gone")) setOver(err);
      else setWrong(refused(t as T, err));
    } finally {
      setBusy(false);
    }
  }

  if (over) return <Over error={over} retry={() => undefined} />;
  if (methods) {
    return <SecondFactor methods={methods} done={arrived} back={() => router.history.push("/app/sign-in")} />;
  }
  return (
    <Door
      title={t(invited ? "door.link.welcome" : "door.link.reset")}
      about={t(invited ? "door.link.welcome_about" : "door.link.reset_about", { email: info.email })}
    >
      <form onSubmit={go} noValidate>
        <Said words={wrong.whole} />
        <input type="text" autoComplete="username" value={info.email} readOnly hidden />
        {invited && (
          <TextField
            label={t("door.name")}
            value={name}
            error={wrong.fields.name}
            change={setName}
            autoComplete="name"
            maxLength={100}
          />
        )}
        <NewPassword
          label={t("door.new_password")}
          value={password}
          error={wrong.fields.password}
          change={(p) => {
            setPassword(p);
            setWrong({ fields: {}, whole: "" });
          }}
          about={[name, info.email]}
          autoFocus
        />
        <Button type="submit" variant="filled" className={css.go} loading={busy}>
          {t("door.link.go")}
        </Button>
      </form>
    </Door>
  );
}
