"""A report as web, API and desk take it: what may be in it, and what it means as a Submission."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from intake.domain.contact import Source
from intake.domain.people import CITIZEN, Actor
from intake.domain.submission import Datum, Place, ReporterDetails, Submission, Upload
from intake.geo.coordinates import Datum as MapDatum
from intake.geo.coordinates import to_wgs84
from intake.geo.county import County, Diagnosis, Finding
from intake.http.problems import Fault, Problem, ProblemRaised, no
from intake.http.words import PRINTABLE, Input
from intake.security.email_address import normalise_email
from intake.security.phone import normalise_phone
from intake.services.workroom import Workroom

_Short = Annotated[str, Field(max_length=200), PRINTABLE]
_Degrees = Annotated[float, Field(ge=-180, le=180)]


class Report(Input):
    """A citizen's report. Coordinates are degrees in ``datum``; all of the person is optional.

    ``submission_id`` is the client's own id of this report: sent again, it is the same report.
    """

    text: Annotated[str, Field(min_length=1, max_length=20_000), PRINTABLE]
    address: _Short = ""
    landmark: _Short = ""
    lon: _Degrees | None = None
    lat: _Degrees | None = None
    datum: Datum = Datum.WGS84
    name: Annotated[str, Field(max_length=64), PRINTABLE] = ""
    phone: Annotated[str, Field(max_length=64), PRINTABLE] = ""
    email: Annotated[str, Field(max_length=254), PRINTABLE] = ""
    home_address: _Short = ""
    anonymous: bool = False
    confidential: bool = False
    needs_reply: bool = True
    submission_id: Annotated[str, Field(pattern="^[!-~]{8,100}$")] | None = None


def derived_id(
    room: Workroom, key: str | None, report: Report, address: str, raw: bytes, at: datetime
) -> str:
    """The external id: Idempotency-Key, else submission id, else what arrived from where and when.

    Without either id, the same bytes from the same address within one minute are one report.
    """
    if key is not None:
        return key
    if report.submission_id is not None:
        return f"submission:{report.submission_id}"
    digest = hashlib.sha256(room.lookup.digest("address", address))
    digest.update(f"{int(at.timestamp()) // 60}:".encode())
    digest.update(raw)
    return f"derived:{digest.hexdigest()}"


def submission_of(
    room: Workroom,
    report: Report,
    *,
    source: Source,
    external_id: str,
    raw: bytes,
    media_type: str,
    received_at: datetime,
    uploads: Sequence[Upload] = (),
    actor: Actor = CITIZEN,
) -> Submission:
    """Check the report's meaning and make it a submission; raises problems with every fault."""
    text = report.text.strip()
    reporter = ReporterDetails(
        name=report.name.strip(),
        phone=report.phone.strip(),
        email=report.email.strip(),
        address=report.home_address.strip(),
    )
    faults = [*_text_faults(room, text), *_person_faults(room, report, reporter)]
    if (report.lon is None) != (report.lat is None):
        faults.append(Fault("lon", "经度和纬度要一起填写。", "incomplete"))
    if faults:
        raise ProblemRaised(
            Problem("invalid", "有内容填写不对，请按提示修改后重新提交。", tuple(faults))
        )
    return Submission(
        source=source,
        actor=actor,
        external_id=external_id,
        received_at=received_at,
        text=text,
        raw=raw,
        raw_hash=hashlib.sha256(raw).hexdigest(),
        media_type=media_type,
        reporter=reporter,
        place=_place(room.county, report),
        uploads=tuple(uploads),
        anonymous=report.anonymous or reporter.empty,
        confidential=report.confidential,
        needs_reply=report.needs_reply,
    )


def _text_faults(room: Workroom, text: str) -> list[Fault]:
    most = room.settings.text_length
    if not text:
        return [Fault("text", "请写明您要反映的问题。", "incomplete")]
    if len(text) > most:
        return [Fault("text", f"最多 {most} 个字。", "string-too-long")]
    return []


def _person_faults(room: Workroom, report: Report, reporter: ReporterDetails) -> list[Fault]:
    faults = []
    if report.anonymous and not reporter.empty:
        faults.append(Fault("anonymous", "匿名反映请不要填写个人信息；愿意留下信息的请取消匿名。"))
    if reporter.phone and normalise_phone(reporter.phone, room.settings.area_code) is None:
        message = "电话号码不对，请填写手机号或带区号的座机号。"
        faults.append(Fault("phone", message, "phone"))
    if reporter.email and normalise_email(reporter.email) is None:
        faults.append(Fault("email", "邮箱地址不对，请检查后重新填写。", "email"))
    return faults


def _place(county: County, report: Report) -> Place:
    address, landmark = report.address.strip(), report.landmark.strip()
    if report.lon is None or report.lat is None:
        return Place(address=address, landmark=landmark)
    position = to_wgs84(report.lon, report.lat, MapDatum(report.datum.value))
    diagnosis = county.diagnose(position.lon, position.lat)
    location = diagnosis.location
    if location is None:
        raise _outside(diagnosis)
    return Place(
        address=address,
        landmark=landmark,
        lon=position.lon,
        lat=position.lat,
        original_lon=report.lon,
        original_lat=report.lat,
        datum=report.datum,
        town_code=location.town.code if location.town else "",
        unit_grid_code=location.unit_grid_code or "",
        in_area=location.in_managed_area,
    )


_HINTS: Mapping[Finding, str] = {
    Finding.SWAPPED: "经度和纬度好像写反了，请对调后再提交。",
    Finding.GCJ02: "坐标好像来自国内地图（GCJ-02），请把 datum 写为 GCJ02。",
    Finding.BD09: "坐标好像来自百度地图（BD-09），请把 datum 写为 BD09。",
    Finding.NOT_A_POSITION: "这不是一个有效的位置，请重新选择，或只填写地址。",
}


def _outside(diagnosis: Diagnosis) -> ProblemRaised:
    advice = _HINTS.get(diagnosis.finding, "位置不在本县范围内，请重新选择，或只填写地址。")
    return no(
        "outside-county",
        advice,
        Fault("lon", advice, diagnosis.finding.value.lower().replace("_", "-")),
        finding=diagnosis.finding.value,
    )
