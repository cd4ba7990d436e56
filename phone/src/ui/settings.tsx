/** Language, place of work, PIN, lock. */
import { useState } from "preact/hooks";
import { hasWords, languagesOf } from "../app/languages";
import { t } from "../app/words";
import { useRoom } from "./context";
import { PinFields } from "./door";
import { Icon, Page } from "./kit";

export function SettingsPage() {
  const { session, lock } = useRoom();
  const { staff } = session.identity;
  const languages = languagesOf(session.bundle);
  const now = languages.find((one) => one.code === session.settings.language);
  return (
    <Page title={t("Settings")} back>
      <div class="stack">
        <p>
          <b>{staff.name}</b>
        </p>
        <fieldset class="field">
          <legend>{t("Language")}</legend>
          <div class="choices">
            {languages.map(({ code, name, draft }) => (
              <label key={code} class="choice">
                <input
                  type="radio"
                  name="language"
                  checked={code === session.settings.language}
                  onChange={() => void session.change({ language: code })}
                />
                <span lang={code}>
                  {name} {draft && <span class="soft">({t("draft")})</span>}
                </span>
              </label>
            ))}
          </div>
          {now && !hasWords(session.bundle, now.code) && (
            <p role="status">{t("The words come as soon as the phone is online.")}</p>
          )}
          {now?.draft && (
            <p class="hint">{t("This translation is a draft. Tell your coordinator where it is wrong.")}</p>
          )}
        </fieldset>
        {session.sites.length > 1 && (
          <label class="field">
            <span class="label">{t("Where do you work today?")}</span>
            <select
              value={session.settings.site}
              onChange={(event) => void session.change({ site: event.currentTarget.value })}
            >
              {session.sites.map((site) => (
                <option key={site}>{site}</option>
              ))}
            </select>
          </label>
        )}
        <ChangePin />
        <button type="button" class="button" onClick={lock} data-test="lock">
          <Icon name="lock" /> {t("Lock")}
        </button>
        <p class="soft">
          {t("Programme {version}", { version: (session.bundle?.version ?? "").slice(0, 12) })}
        </p>
      </div>
    </Page>
  );
}

function ChangePin() {
  const { session, say } = useRoom();
  const [open, setOpen] = useState(false);
  const [before, setBefore] = useState("");
  const [wrong, setWrong] = useState("");
  if (!open)
    return (
      <button type="button" class="button" onClick={() => setOpen(true)}>
        {t("Change PIN")}
      </button>
    );
  const change = async (pin: string) => {
    const failed = await session.device.changePin(before, pin);
    setBefore("");
    if (failed)
      return setWrong("wait" in failed ? t("Wait a little and try again.") : t("The old PIN is wrong."));
    setOpen(false);
    say(t("The PIN is changed."));
  };
  return (
    <div class="subform">
      <label class="field">
        <span class="label">{t("Old PIN")}</span>
        <input
          class="pin"
          type="password"
          inputMode="numeric"
          autocomplete="off"
          maxLength={6}
          value={before}
          onInput={(event) => setBefore(event.currentTarget.value)}
        />
      </label>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <PinFields done={change} />
    </div>
  );
}
