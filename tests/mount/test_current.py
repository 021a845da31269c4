"""Who is current while that is being found out, or put right: the one that was chosen, and never one that was left."""

import os
import re
import threading

import pytest

from support import answers, model_service
from support.model_service import APPLICATION, FJORD, HOME, PASSWORD, TOKEN, USERNAME
from support.raw_server import reset_now
from support.readers import Readers
from support.standing import identities
from support.waiting import wait_for

NO_CONFIRMATION = {
    'the session has ended': lambda service: service.fault(answers.NOT_AUTHENTICATED),
    'a fault': lambda service: service.fault('Something is wrong'),
    'a connection that breaks': lambda service: reset_now,
}
LANDS_ON_DEFAULT = {
    'a token': f'token = {TOKEN}\napplication_id = {APPLICATION}\n',
    'a service that does not heed it': f'username = {USERNAME}\npassword = {PASSWORD}\napplication_id = {APPLICATION}\n',
}
CALLS = ['the login', 'GetIdentity', 'SetIdentityById', 'GetIdentity again']


def folders(mounted):
    """GUID -> folder, of all identities."""
    return {guid: f'identities/{client}/{guid}' for client in mounted.list('identities')
            for guid in mounted.list(f'identities/{client}')}


def said_to_be_current(mounted):
    """Whom each kind of file says to be current."""
    of_files = [guid for guid, folder in folders(mounted).items() if mounted.read(f'{folder}/is_current') == 'true\n']
    of_documents = [guid for guid, folder in folders(mounted).items()
                    if re.search('<IsCurrent>true<', mounted.read(f'{folder}/identity.xml'))]
    of_json = [one['id'] for one in identities(mounted) if one['is_current']]
    return of_files, of_documents, of_json


@pytest.mark.parametrize('lacking', NO_CONFIRMATION)
def test_who_was_switched_to_is_current_though_nobody_could_confirm_it(mount, service, lacking):
    mounted = mount(service.url)
    model_service.log_in(mounted)
    assert said_to_be_current(mounted) == ([HOME], [HOME], [HOME])
    times = {guid: os.stat(mounted.path / folder / 'is_current').st_mtime_ns for guid, folder in folders(mounted).items()}
    service.next('GetIdentity', NO_CONFIRMATION[lacking](service))
    mounted.write('identity', f'{FJORD}\n')
    assert said_to_be_current(mounted) == ([FJORD], [FJORD], [FJORD])
    for guid, folder in folders(mounted).items():
        changed = os.stat(mounted.path / folder / 'is_current').st_mtime_ns != times[guid]
        assert changed is (guid in (HOME, FJORD))
    assert os.readlink(mounted.path / 'current') == folders(mounted)[FJORD]
    assert mounted.read('identity') == f'{FJORD}\n'


def test_the_last_one_that_was_switched_to_is_current_though_none_was_confirmed(mount, service):
    mounted = mount(service.url)
    model_service.log_in(mounted)
    service.always('GetIdentity', service.fault('Something is wrong'))
    for guid in FJORD, HOME, FJORD:
        mounted.write('identity', f'{guid}\n')
        assert said_to_be_current(mounted) == ([guid], [guid], [guid])


@pytest.mark.parametrize('way', LANDS_ON_DEFAULT)
@pytest.mark.parametrize('held', range(len(CALLS)), ids=CALLS)
def test_a_renewal_that_lands_on_the_default_identity_shows_it_to_nobody(mount, service, gate, way, held):
    mounted = mount(service.url)
    service.model.heeds_identity_id = False
    mounted.write('login', LANDS_ON_DEFAULT[way])
    mounted.write('identity', f'{FJORD}\n')
    descriptor = os.open(mounted.path / 'identity', os.O_RDONLY)
    assert read_held(descriptor) == f'{FJORD}\n'
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    asked, links = len(service.calls()), []
    service.before_answering = lambda: gate.wait(10) if len(service.calls()) == asked + held + 1 else None
    readers = Readers(mounted.path / 'cookie', 1)
    wait_for(lambda: len(service.calls()) == asked + held + 1, what='the call that is held back')
    follower = threading.Thread(target=lambda: links.append(os.readlink(mounted.path / 'current')), daemon=True)
    follower.start()
    assert said_to_be_current(mounted) == ([FJORD], [FJORD], [FJORD])
    assert read_held(descriptor) in (f'{FJORD}\n', None)
    gate.set()
    readers.join()
    follower.join(20)
    assert links == [folders(mounted)[FJORD]]
    assert read_held(descriptor) == f'{FJORD}\n'
    os.close(descriptor)


def read_held(descriptor):
    """What a descriptor that is held reads now; None: nothing can be said."""
    try:
        return os.pread(descriptor, 100, 0).decode()
    except OSError:
        return None
