"""The parts of a procedure in words: papers, time, fees, ways to file, each as the catalogue records it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from markupsafe import Markup

from handlers.talk import Talk, lines
from knowledge.aspects import Aspect
from knowledge.catalogue import Duration, Fee, LegalBasis, Paper, Procedure


def worded(talk: Talk, procedure: Procedure, aspect: Aspect) -> Markup:
    """Word what is recorded of a part, empty where nothing is."""
    return _TELLING[aspect](talk, procedure)


def _papers(talk: Talk, procedure: Procedure) -> Markup:
    listed = [paper_line(talk, number, paper) for number, paper in enumerate(procedure.papers, 1)]
    if not listed:
        return Markup("")
    if procedure.sets is not None:
        doubt = mark(talk, procedure, "sets") if procedure.is_verified("papers") else ""
        listed.append(talk.say("value.sets", sets=procedure.sets, mark=doubt))
    return lines(listed)


def paper_line(talk: Talk, number: int, paper: Paper) -> Markup:
    """Word one paper: its number, name, form, count and when it is needed."""
    details = [talk.say(f"value.{paper.form}")] if paper.form else []
    if paper.count is not None:
        details.append(talk.say("value.count", count=paper.count))
    if paper.when_needed:
        details.append(talk.say("value.when", when=paper.when_needed))
    if not details:
        return talk.say("value.paper", number=number, name=paper.name)
    return talk.say("value.paper_form", number=number, name=paper.name, form=Markup("; ").join(details))


def _time(talk: Talk, procedure: Procedure) -> Markup:
    return Markup("") if procedure.time is None else _duration(talk, procedure.time)


def _duration(talk: Talk, duration: Duration) -> Markup:
    told: list[Markup | str] = []
    if duration.value is not None and duration.unit is not None:
        told.append(talk.say(f"value.{duration.unit}", value=duration.value))
    told.append(Markup.escape(duration.note))
    if duration.legal is not None:
        told.append(talk.say("value.legal_time", time=_duration(talk, duration.legal)))
    return lines(told)


def _fees(talk: Talk, procedure: Procedure) -> Markup:
    return lines(_fee(talk, fee) for fee in procedure.fees)


def _fee(talk: Talk, fee: Fee) -> Markup:
    match fee.kind:
        case "none":
            told = talk.say("value.fee_none")
        case "amount":
            amount = f"{fee.amount:,}".replace(",", ".")
            key = "value.fee_amount_per" if fee.per_what else "value.fee_amount"
            told = talk.say(key, amount=amount, per=fee.per_what)
        case _:
            told = talk.say("value.fee_unknown")
    if fee.basis:
        told = talk.say("value.fee_basis", fee=told, basis=fee.basis)
    return Markup(". ").join(text for text in (told, Markup.escape(fee.note)) if text)


def _where(talk: Talk, procedure: Procedure) -> Markup:
    online = Markup("")
    if procedure.has("online_level"):
        online = _online(talk, procedure) + mark(talk, procedure, "online_level")
    elif procedure.channels.online is not None:
        online = _online(talk, procedure)
    told = [_counter(talk, procedure), online, _post(talk, procedure)]
    return lines(Markup("• ") + line for line in told if line)


def _level(talk: Talk, procedure: Procedure) -> Markup:
    level = procedure.channels.online_level
    return Markup("") if level is None else talk.say(f"value.level_{level}")


def _online(talk: Talk, procedure: Procedure) -> Markup:
    level = _level(talk, procedure)
    if procedure.channels.online is False:
        return talk.say("value.online_no")
    if not level and procedure.channels.online is None:
        return talk.say("value.online_unknown")
    portal = procedure.channels.portal or talk.agency.portal_url
    told = [talk.say("value.online_yes", level=level) if level else talk.say("value.online_some")]
    told += [talk.say("value.online_portal", portal=portal)] if portal else []
    told += [talk.say("value.online_link", link=procedure.channels.link)] if procedure.channels.link else []
    return Markup(" ").join(told)


def _counter(talk: Talk, procedure: Procedure) -> Markup:
    match procedure.channels.counter:
        case None:
            return Markup("")
        case False:
            return talk.say("value.counter_no")
    if talk.agency.counter:
        return talk.say("value.counter_yes", counter=talk.agency.counter)
    return talk.say("value.counter_plain")


def _post(talk: Talk, procedure: Procedure) -> Markup:
    match procedure.channels.post:
        case None:
            return Markup("")
        case taken:
            return talk.say("value.post_yes" if taken else "value.post_no")


def _by_post(talk: Talk, procedure: Procedure) -> Markup:
    """Tell how to send and receive by public post (bưu chính công ích), where it is taken."""
    told = [_post(talk, procedure)]
    if procedure.channels.post:
        to = procedure.receiving_body or talk.agency.counter or talk.agency_name()
        told += [talk.say("value.post_send", to=to), talk.say("value.post_receive")]
    return lines(told)


def _result(_talk: Talk, procedure: Procedure) -> Markup:
    return Markup.escape(procedure.result)


def _steps(talk: Talk, procedure: Procedure) -> Markup:
    return lines(talk.say("value.step", number=number, step=step) for number, step in enumerate(procedure.steps, 1))


def _legal_basis(talk: Talk, procedure: Procedure) -> Markup:
    return lines(_basis(talk, basis) for basis in procedure.legal_basis)


def _basis(talk: Talk, basis: LegalBasis) -> Markup:
    if basis.date is None:
        return talk.say("value.basis", number=basis.number)
    return talk.say("value.basis_dated", number=basis.number, date=day_of(basis.date))


def _form(talk: Talk, procedure: Procedure) -> Markup:
    return lines(_form_of(talk, paper) for paper in procedure.papers if paper.form_file or paper.link)


def _form_of(talk: Talk, paper: Paper) -> Markup:
    where = "; ".join(part for part in (paper.form_file, paper.link) if part)
    return talk.say("value.form", name=paper.name, form=where)


def mark(talk: Talk, procedure: Procedure, field: str) -> Markup:
    """Mark a field that is not verified where it stands; the footer says whom to ask."""
    evidence = procedure.evidence_of(field)
    if evidence.verifies:
        return Markup("")
    return Markup(" ") + talk.say("procedure.mark_illustrative" if evidence.illustrative else "procedure.mark")


def day_of(day: date) -> str:
    """Write a day."""
    return day.strftime("%d/%m/%Y")


_TELLING: dict[Aspect, Callable[[Talk, Procedure], Markup]] = {
    Aspect.papers: _papers,
    Aspect.steps: _steps,
    Aspect.time: _time,
    Aspect.fee: _fees,
    Aspect.where: _where,
    Aspect.online: _online,
    Aspect.counter: _counter,
    Aspect.post: _by_post,
    Aspect.level: _level,
    Aspect.result: _result,
    Aspect.legal_basis: _legal_basis,
    Aspect.form: _form,
}
