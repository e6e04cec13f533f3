"""Below /admin/, before the admin's own addresses. The names are those that allauth's flows ask for."""

from django.urls import path

from tracker.signin import views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("login/code/", views.GiveCode.as_view(), name="mfa_authenticate"),
    path("second-factor/", views.Factor.as_view(), name="mfa_index"),
    path("second-factor/confirm/", views.Confirm.as_view(), name="mfa_reauthenticate"),
    path("second-factor/set-up/", views.SetUp.as_view(), name="mfa_activate_totp"),
    path("second-factor/replace/", views.Remove.as_view(), name="mfa_deactivate_totp"),
    path("second-factor/recovery-codes/", views.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("second-factor/recovery-codes/new/", views.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
]
