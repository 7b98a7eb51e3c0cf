package io.clustermesh.apiserver.h2;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.net.StandardSocketOptions;

/** How sockets are watched: Linux's epoll where its library loads, else the JDK's selector. */
enum Transport {
    EPOLL(EpollServerSocketChannel.class, UnixChannelOption.SO_REUSEPORT) {
        @Override
        IoHandlerFactory io() {
            return EpollIoHandler.newFactory();
        }
    },
    NIO(NioServerSocketChannel.class, NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)) {
        @Override
        IoHandlerFactory io() {
            return NioIoHandler.newFactory();
        }
    };

    private final Class<? extends ServerChannel> listener;
    private final ChannelOption<Boolean> reusePort;

    Transport(Class<? extends ServerChannel> listener, ChannelOption<Boolean> reusePort) {
        this.listener = listener;
        this.reusePort = reusePort;
    }

    /** The best that works here. */
    static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    abstract IoHandlerFactory io();

    Class<? extends ServerChannel> listener() {
        return listener;
    }

    /** {@code SO_REUSEPORT}: several processes listen on one port, the kernel spreads connections over them. */
    ChannelOption<Boolean> reusePort() {
        return reusePort;
    }
}
