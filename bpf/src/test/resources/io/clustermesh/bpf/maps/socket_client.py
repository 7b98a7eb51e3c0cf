"""A client of sockets, told by lines on stdin what to do; answers each with one line. Python, for its plain sockets:
the JDK's remember the peer's address instead of asking the kernel for it."""
import errno, socket, struct, sys

FAMILIES = {"4": socket.AF_INET, "6": socket.AF_INET6}
TIMEOUT_SECONDS = 3
SO_COOKIE = 57


def opened(family, kind):
    s = socket.socket(FAMILIES[family], kind)
    s.settimeout(TIMEOUT_SECONDS)
    return s


def name(address):
    return "%s:%d" % (address[0], address[1])


def tcp(family, host, port):
    """Reply and peer."""
    with opened(family, socket.SOCK_STREAM) as s:
        s.connect((host, int(port)))
        peer = name(s.getpeername())
        return [s.recv(64).decode(), peer]


def tcp_many(family, host, port, count):
    """Replies, or names of errors."""
    answers = []
    for _ in range(int(count)):
        try:
            answers.append(tcp(family, host, port)[0])
        except OSError as e:
            answers.append(errno.errorcode.get(e.errno, str(e)))
    return answers


def udp_connected(family, host, port):
    """Reply, peer, source of the reply."""
    with opened(family, socket.SOCK_DGRAM) as s:
        s.connect((host, int(port)))
        s.send(b"hello")
        reply, source = s.recvfrom(64)
        return [reply.decode(), name(s.getpeername()), name(source)]


def udp(family, host, port, count):
    """Reply and source of each datagram of one unconnected socket."""
    with opened(family, socket.SOCK_DGRAM) as s:
        answers = []
        for _ in range(int(count)):
            s.sendto(b"hello", (host, int(port)))
            reply, source = s.recvfrom(64)
            answers += [reply.decode(), name(source)]
        return answers


def udp_cookies(family, host, port, count):
    """Cookie of each of many unconnected sockets, and the reply it got."""
    answers = []
    for _ in range(int(count)):
        with opened(family, socket.SOCK_DGRAM) as s:
            s.sendto(b"hello", (host, int(port)))
            cookie, = struct.unpack("@Q", s.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))
            answers += [str(cookie), s.recv(64).decode()]
    return answers


def udp_reconnect(family, host, port, other_host, other_port):
    """Peer after connecting to one address and then to another."""
    with opened(family, socket.SOCK_DGRAM) as s:
        s.connect((host, int(port)))
        s.connect((other_host, int(other_port)))
        return [name(s.getpeername())]


print("ready", flush=True)
for line in sys.stdin:
    command, *arguments = line.split()
    try:
        print(" ".join(globals()[command](*arguments)), flush=True)
    except OSError as e:
        print("error " + errno.errorcode.get(e.errno, str(e)), flush=True)
