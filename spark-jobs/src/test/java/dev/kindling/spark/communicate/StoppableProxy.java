package dev.kindling.spark.communicate;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Stands between two ranks and hands on what they say, until it stops, without a word. */
final class StoppableProxy implements Closeable {
  private final Endpoint target;
  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean isStopped;

  StoppableProxy(Endpoint target) throws IOException {
    this.target = target;
    server = new ServerSocket(0, 50, InetAddress.getByName(target.host()));
    start(this::accept);
  }

  /** The target, as it is seen through this. */
  Endpoint endpoint() {
    return new Endpoint(target.host(), server.getLocalPort(), target.jvm());
  }

  /** From now on nothing gets through, and nothing is closed. */
  void stop() {
    isStopped = true;
  }

  private void accept() throws IOException, InterruptedException {
    while (!server.isClosed()) {
      Socket from = server.accept();
      Socket to = new Socket(target.host(), target.port());
      sockets.addAll(List.of(from, to));
      start(() -> copy(from, to));
      start(() -> copy(to, from));
    }
  }

  private void copy(Socket from, Socket to) throws IOException, InterruptedException {
    byte[] buffer = new byte[8192];
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      if (isStopped) {
        closed.await();
      }
      out.write(buffer, 0, count);
    }
    to.shutdownOutput();
  }

  /** What a thread does until its sockets are closed. */
  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private static void start(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException | InterruptedException e) {
                // Its socket was closed.
                return;
              }
            },
            "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
