// Passes the connections of a stand-in on to the program that answers them.
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stand_in.h"

static const char kResponder[] = "/opt/k8s/bin/responder.sock";

/** Copies what one side sends to the other; false once that is over. */
static bool copy(int from, int to) {
  char bytes[16384];
  const ssize_t got = read(from, bytes, sizeof bytes);
  for (ssize_t done = 0, wrote; done < got; done += wrote) {
    wrote = send(to, bytes + done, (size_t)(got - done), MSG_NOSIGNAL);
    if (wrote <= 0) return false;
  }
  return got > 0;
}

static void* pass_on(void* argument) {
  const int* pair = argument;
  struct pollfd ends[] = {{.fd = pair[0], .events = POLLIN}, {.fd = pair[1], .events = POLLIN}};
  bool open = true;
  while (open && poll(ends, 2, -1) > 0) {
    for (int i = 0; i < 2 && open; i++) open = ends[i].revents == 0 || copy(ends[i].fd, ends[1 - i].fd);
  }
  close(pair[0]);
  close(pair[1]);
  free(argument);
  return NULL;
}

struct answering {
  int listener;
  char behaviour[64];
};

static void start_thread(void* (*run)(void*), void* argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, argument) != 0) fail("pthread_create");
  pthread_detach(thread);
}

static void* accept_all(void* argument) {
  const struct answering* answering = argument;
  struct sockaddr_un responder = {.sun_family = AF_UNIX};
  strcpy(responder.sun_path, kResponder);
  for (;;) {
    const int client = accept(answering->listener, NULL, NULL);
    if (client < 0) return NULL;
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int* pair = malloc(2 * sizeof *pair);
    if (server < 0 || pair == NULL || connect(server, (struct sockaddr*)&responder, sizeof responder) != 0) {
      free(pair);
      close(server);
      close(client);
      continue;
    }
    dprintf(server, "%s\n", answering->behaviour);
    pair[0] = client;
    pair[1] = server;
    start_thread(pass_on, pair);
  }
}

void answer_on(int fd, const char* behaviour) {
  struct answering* answering = malloc(sizeof *answering);
  if (answering == NULL || strlen(behaviour) >= sizeof answering->behaviour) refuse("too long:", behaviour);
  answering->listener = fd;
  strcpy(answering->behaviour, behaviour);
  start_thread(accept_all, answering);
}
