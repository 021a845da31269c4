"""The connections of a RawServer, and which calls came over which."""


def open_connections(service):
    return [connection for connection in service.connections if connection.is_open]


def check_that_those_that_act_have_their_own(service):
    """A new connection for each of them, and none for those that only ask."""
    acting = [request.operation in ('Login', 'SetIdentityById') for request in service.calls()]
    fresh = [request.connection not in {earlier.connection for earlier in service.calls()[:number]}
             for number, request in enumerate(service.calls())]
    assert fresh == acting
