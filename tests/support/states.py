"""Brings a mount of the model service into each of its states, by what brings them about in life."""

import errno

from support.answers import THROTTLED, quarantine
from support.expecting import fails_with
from support.failing import fault
from support.model_service import APPLICATION, FJORD, USERNAME, log_in

OPTIONS = {'backoff_min': 600, 'backoff_max': 600, 'check_ttl': 0}  # what a mount needs for it


def live(mounted, service):
    log_in(mounted)


def none(mounted, service):
    pass


def expired(mounted, service):
    log_in(mounted)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'


def throttled(mounted, service):
    expired(mounted, service)
    service.always('Login', fault(THROTTLED))
    with fails_with(errno.EBUSY):
        mounted.read('cookie')


def offline(mounted, service):
    log_in(mounted)
    service.close()
    with fails_with(errno.ECONNREFUSED):
        mounted.read_now('session')


def rejected(mounted, service):
    with fails_with(errno.EKEYREJECTED):
        mounted.login(USERNAME, 'not the password', application_id=APPLICATION)


def revoked(mounted, service):
    log_in(mounted)
    service.model.switch_sessions(FJORD)
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')


def quarantined(mounted, service):
    log_in(mounted)
    service.always('HasSession', fault(quarantine('2099-01-01 12:00:00')))
    with fails_with(errno.EDQUOT):
        mounted.read_now('session')


STATES = {state.__name__: state for state in (live, none, expired, throttled, offline, rejected, revoked, quarantined)}
