"""Addresses of the API: vouchers, their batches, what they look like, and what they top up."""

from django.urls import URLPattern, URLResolver, path

from api import batches, designs, redeeming, vouchers

urlpatterns: list[URLPattern | URLResolver] = [
    path("voucher-batches/", batches.Batches.as_view(), name="api-voucher-batches"),
    path("voucher-batches/<int:pk>/", batches.OneBatch.as_view(), name="api-voucher-batch"),
    path("voucher-batches/<int:pk>/void/", batches.VoidBatch.as_view(), name="api-voucher-batch-void"),
    path(
        "voucher-batches/<int:pk>/hand-over/",
        batches.HandBatchOver.as_view(),
        name="api-voucher-batch-hand-over",
    ),
    path("voucher-batches/<int:pk>/open/", batches.OpenBatchAgain.as_view(), name="api-voucher-batch-open"),
    path("voucher-designs/", designs.VoucherDesigns.as_view(), name="api-voucher-designs"),
    path("voucher-designs/<int:pk>/", designs.OneVoucherDesign.as_view(), name="api-voucher-design"),
    path("voucher-rules/", designs.RulesOfVouchers.as_view(), name="api-voucher-rules"),
    path("vouchers/", vouchers.Vouchers.as_view(), name="api-vouchers"),
    path("vouchers/<int:pk>/", vouchers.OneVoucher.as_view(), name="api-voucher"),
    path("vouchers/<int:pk>/void/", vouchers.VoidVoucher.as_view(), name="api-voucher-void"),
    path("vouchers/<int:pk>/print/", vouchers.PrintVoucherAgain.as_view(), name="api-voucher-print"),
    path("accounts/<int:pk>/redeem/", redeeming.Redeem.as_view(), name="api-redeem"),
]
