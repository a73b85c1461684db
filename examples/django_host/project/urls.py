"""Says which view is where."""

from django.urls import path

from project import views

urlpatterns = [
    path("", views.home),
    path("log-in/", views.log_in),
    path("log-out/", views.log_out),
    path("lectures/", views.make_lecture),
    path("lectures/<uuid:event_id>/", views.lecture),
]
