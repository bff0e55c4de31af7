# What counts as spam for the recipients of a message, as Rspamd has it (modules/rspamd, preferences.lua):
# it is refused from the highest reject score among them on, and not by its score when one of them
# allows the sender. Dovecot's dictionary server answers from the directory; when nobody answers, the
# site's score counts. One limit for the whole message: a look-up of AMaViS for each recipient would
# drop the message of those with a lower one when another takes it.
package Amavis::Custom;
use strict;
use warnings;
no warnings 'redefine';
use IO::Select;
use IO::Socket::INET;
use Time::HiRes;

my ($host, $port, $timeout) = ('172.30.25.24', 12346, 2.0);
my $reject = \$Amavis::Conf::sa_kill_level_deflt;
# the test pattern (1000) is refused in any case
my $never = 900;
# more recipients than these have the site's score
my $max_recipients = 20;
my $limit;
@Amavis::Conf::spam_kill_level_maps = (sub { $limit }, $reject);

# An address in lower case that the lists can hold, else nothing. (What it may not hold would also need
# an escape in a key of the dictionary.)
sub plain {
    my $address = lc(shift // '');
    return length($address) <= 254 && $address =~ /^([a-z0-9._+=-]+\@[a-z0-9.-]+)\z/ ? $1 : ();
}

# the addresses and domains that the lists may name this message's sender by
sub senders_of {
    my ($msg) = @_;
    my $from = $msg->rfc2822_from;
    my %names;
    for my $text ($msg->sender, ref $from ? @$from : $from) {
        my $domain = lc($text // '') =~ /\@([a-z0-9.-]+)\z/ ? $1 : undef;
        $names{$_} = 1 for grep { defined } plain($text), $domain;
    }
    return sort keys %names;
}

# What to ask, for each question whose answer it is, and one table for each recipient.
sub questions {
    my ($msg) = @_;
    my (@lines, @places, @people);
    my @senders = senders_of($msg);
    for my $recipient (@{$msg->per_recip_data}) {
        my ($address) = plain($recipient->recip_addr);
        next if !defined $address || @people >= $max_recipients;
        # the mailbox without a detail ("anna+lists")
        $address =~ s/^([^+@]+)\+[^@]*@/$1@/;
        my $person = { own => {}, domain => {} };
        push @people, $person;
        for (['own', $address], ['domain', $address =~ /(\@.*)\z/]) {
            my ($level, $owner) = @$_;
            for my $key ("reject/$owner", map { "sender/$owner/$_" } @senders) {
                push @lines, "Lshared/$key\t\n";
                push @places, [$person->{$level}, $key =~ /^reject/ ? 'reject' : undef];
            }
        }
    }
    return (\@lines, \@places, \@people);
}

# "*7" says that an answer will come, "+7 Oallow ..." is one, "+7 N ..." says that there is nothing
sub take_answer {
    my ($line, $places) = @_;
    return 0 if $line =~ /^\*\d/;
    $line =~ /^\+(\d+)\t([ONMF])([^\t]*)/ or die "preferences: $line\n";
    my ($number, $kind, $value) = ($1, $2, $3);
    die "preferences: no such question\n" if $number < 1 || $number > @$places;
    die "preferences: the look-up failed\n" if $kind eq 'F';
    my ($into, $key) = @{$places->[$number - 1]};
    if ($key) {
        $into->{$key} = $value + 0 if $value =~ /^\d{1,6}(?:\.\d+)?\z/;
    } elsif ($value ne '') {
        $into->{$value} = 1;
    }
    return 1;
}

sub ask {
    my ($lines, $places) = @_;
    my $end = Time::HiRes::time() + $timeout;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => $timeout)
        or die "preferences: $host: $!\n";
    my $select = IO::Select->new($socket);
    my ($text, $missing) = ('', scalar @$places);
    my $request = join '', "H4\t0\t0\t\tspam\n", @$lines;
    $socket->syswrite($request) == length $request or die "preferences: $!\n";
    while ($missing > 0) {
        my $left = $end - Time::HiRes::time();
        die "preferences: no answer\n" if $left <= 0 || !$select->can_read($left);
        sysread($socket, $text, 8192, length $text) or die "preferences: the answer ended\n";
        die "preferences: a long answer\n" if length $text > 1048576;
        $missing -= take_answer($1, $places) while $text =~ s/^([^\n]*)\n//;
    }
    close $socket;
}

# from which score on one recipient has it refused; the mailbox's own goes before its domain's
sub threshold {
    my ($own, $domain) = @{$_[0]}{qw(own domain)};
    return $never if $own->{allow} || (!$own->{deny} && $domain->{allow});
    return $own->{reject} // $domain->{reject} // $$reject;
}

# amavisd calls this for each message, before anything is checked
sub new {
    my ($class, $connection, $msg) = @_;
    my ($lines, $places, $people) = questions($msg);
    undef $limit;
    return if $msg->originating || !@$people;
    if (!eval { ask($lines, $places); 1 }) {
        my $why = $@;
        chomp $why;
        Amavis::Util::do_log(-1, '%s', $why);
        return;
    }
    my $highest = @$people < @{$msg->per_recip_data} ? $$reject : 0;
    for my $score (map { threshold($_) } @$people) {
        $highest = $score if $score > $highest;
    }
    $limit = $highest;
    return;
}
1;
