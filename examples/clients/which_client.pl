#!/usr/bin/perl
# Asks another web service of 24SevenOffice which client the mounted session acts for:
#   perl which_client.pl /srv/acme [URL]
# Perl's core modules will do; for https:// HTTP::Tiny wants IO::Socket::SSL (Debian: libio-socket-ssl-perl).
use v5.14;
use warnings;
use Fcntl qw(O_RDONLY O_DIRECT);
use HTTP::Tiny;

my $namespace = 'http://24sevenOffice.com/webservices';
my $mount = shift // die "usage: which_client.pl MOUNT [URL]\n";
my $url = shift // 'https://api.24sevenoffice.com/Client/V001/ClientService.asmx';

# In the mount's words, or in the system's if it cannot say.
sub give_up {
    my $reason = "which_client: $mount: $!\n";
    if (open my $file, '<', "$mount/error") {
        $reason = <$file> // $reason;
    }
    print STDERR $reason;
    exit 1;
}

# The session id, anew for each call. With O_DIRECT so24fs asks the service whether it is alive, and renews it if not.
sub read_cookie {
    my ($flags) = @_;
    sysopen my $file, "$mount/cookie", O_RDONLY | $flags or give_up;
    defined sysread $file, my $cookie, 4096 or give_up;
    chomp $cookie;
    return $cookie;
}

sub call {
    my ($cookie) = @_;
    my $answer = HTTP::Tiny->new(timeout => 60, verify_SSL => 1)->post($url, {
        headers => {
            'Content-Type' => 'text/xml; charset=utf-8',
            'SOAPAction' => qq("$namespace/GetClientInformation"),
            'Cookie' => "ASP.NET_SessionId=$cookie",
        },
        content => '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            . qq(<GetClientInformation xmlns="$namespace"/></e:Body></e:Envelope>),
    });
    return $answer->{content};
}

# Enough for texts; XML::LibXML for anything that is nested.
sub text_of {
    my ($answer, $name) = @_;
    my ($text) = $answer =~ m{<(?:\w+:)?$name(?:\s[^>]*)?>([^<]*)<};
    my %named = (lt => '<', gt => '>', quot => '"', apos => "'", amp => '&');
    return $text && $text =~ s/&(\w+);/$named{$1}/gr;
}

my $answer = call(read_cookie(0));
if ((text_of($answer, 'faultstring') // '') =~ /not authenticated/i) {
    $answer = call(read_cookie(O_DIRECT));
}
my $id = text_of($answer, 'ClientId');
if (!defined $id) {
    say STDERR 'which_client: ', text_of($answer, 'faultstring') // $answer;
    exit 1;
}
say $id, ' ', text_of($answer, 'ClientName') // '';
