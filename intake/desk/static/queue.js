// The filing page hears of new submissions, and of a colleague who decided first.
import {alarm} from "/desk/static/alarm.js";
import {follow} from "/desk/static/live.js";
import {toast} from "/desk/static/toast.js";

const present = document.body.dataset.number;

follow(told => {
  alarm(told);
  if (told.tab === "filing" && told.from !== "filing") {
    if (!present) location.assign("/desk/filing");
    else document.getElementById("waiting").hidden = false;
  } else if (told.number === present && told.tab !== "filing" && told.from === "filing") {
    toast(`${told.by} 已办理这一件，点这里看下一件`, {link: "/desk/filing"});
  }
});
