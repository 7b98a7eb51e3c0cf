"""A client of sockets, told by lines on stdin what to do; answers each with one line. Python, for its plain sockets:
the JDK's remember the peer's address instead of asking the kernel for it."""
import errno, socket, struct, subprocess, sys

FAMILIES = {"4": socket.AF_INET, "6": socket.AF_INET6}
TIMEOUT_SECONDS = 3
SO_COOKIE = 57
BUSY_TIMEOUT_SECONDS = 20


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


def tcp_one_resend(family, host, port):
    """Name of the error of a connect whose SYN is sent twice at most."""
    with opened(family, socket.SOCK_STREAM) as s:
        s.settimeout(BUSY_TIMEOUT_SECONDS)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
        return [errno.errorcode[s.connect_ex((host, int(port)))]]


def tcp_impatient(family, host, port):
    """Starts a connect and closes the socket without waiting."""
    with opened(family, socket.SOCK_STREAM) as s:
        s.setblocking(False)
        return [errno.errorcode[s.connect_ex((host, int(port)))]]


def tcp_hold(family, host, port):
    """Connects and keeps the socket; its number."""
    s = opened(family, socket.SOCK_STREAM)
    s.connect((host, int(port)))
    held.append(s)
    return [str(len(held) - 1)]


def udp_hold(family, host, port):
    """Connects and keeps the socket; its number."""
    s = opened(family, socket.SOCK_DGRAM)
    s.connect((host, int(port)))
    held.append(s)
    return [str(len(held) - 1)]


def held_receive(number):
    """What a kept socket receives, or the name of its error, or "nothing"."""
    s = held[int(number)]
    s.settimeout(0)
    try:
        return [s.recv(64).decode() or "end"]
    except BlockingIOError:
        return ["nothing"]
    except OSError as e:
        return [errno.errorcode[e.errno]]


def held_peer(number):
    return [name(held[int(number)].getpeername())]


def held_send(number):
    held[int(number)].send(b"hello")
    return ["sent"]


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


def loopback_up():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return ["up"]


held = []
print("ready", flush=True)
for line in sys.stdin:
    command, *arguments = line.split()
    try:
        print(" ".join(globals()[command](*arguments)), flush=True)
    except OSError as e:
        print("error " + errno.errorcode.get(e.errno, str(e).replace(" ", "_")), flush=True)
